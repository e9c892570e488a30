// The inbox needs no script of its own: its filters, ticks and keys are those of every list.
import './inbox.css';
