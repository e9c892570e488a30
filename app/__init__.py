"""Countersign: multi-level approvals for whole-process budget performance management."""
