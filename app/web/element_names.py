"""What people call the elements of a diagram, where a sentence names them as BPMN's schema does."""

from collections.abc import Mapping

from app.core.i18n import Bilingual

_NAMES = {
    "task": ("任务", "task"),
    "userTask": ("人工任务", "user task"),
    "serviceTask": ("服务任务", "service task"),
    "scriptTask": ("脚本任务", "script task"),
    "sendTask": ("发送任务", "send task"),
    "receiveTask": ("接收任务", "receive task"),
    "manualTask": ("手工任务", "manual task"),
    "businessRuleTask": ("业务规则任务", "business rule task"),
    "callActivity": ("调用活动", "call activity"),
    "subProcess": ("子流程", "sub-process"),
    "adHocSubProcess": ("自由子流程", "ad-hoc sub-process"),
    "transaction": ("事务", "transaction"),
    "startEvent": ("开始事件", "start event"),
    "endEvent": ("结束事件", "end event"),
    "intermediateThrowEvent": ("中间抛出事件", "intermediate throw event"),
    "intermediateCatchEvent": ("中间捕获事件", "intermediate catch event"),
    "boundaryEvent": ("边界事件", "boundary event"),
    "exclusiveGateway": ("排他网关", "exclusive gateway"),
    "parallelGateway": ("并行网关", "parallel gateway"),
    "inclusiveGateway": ("包容网关", "inclusive gateway"),
    "complexGateway": ("复杂网关", "complex gateway"),
    "eventBasedGateway": ("事件网关", "event-based gateway"),
    "multiInstanceLoopCharacteristics": ("多实例标记", "multi-instance marker"),
    "standardLoopCharacteristics": ("循环标记", "loop marker"),
    # what an event waits for or throws
    "none": ("无", "none"),
    "message": ("消息", "message"),
    "timer": ("定时", "timer"),
    "signal": ("信号", "signal"),
    "error": ("错误", "error"),
    "escalation": ("升级", "escalation"),
    "conditional": ("条件", "conditional"),
    "compensate": ("补偿", "compensation"),
    "cancel": ("取消", "cancel"),
    "terminate": ("终止", "terminate"),
    "link": ("链接", "link"),
}
#: Values of a sentence about an element that hold such names; what people typed stays as it is.
_PLACES = frozenset({"type", "wanted", "found"})


def with_element_names(values: Mapping[str, object]) -> Mapping[str, object]:
    """The values of a sentence, those of an element's `type` as people say them."""
    if "type" not in values:
        return values
    return {
        place: _named(value) if place in _PLACES and isinstance(value, str) else value
        for place, value in values.items()
    }


def _named(text: str) -> Bilingual:
    names = [_NAMES.get(each, (each, each)) for each in text.split(", ")]
    return Bilingual("、".join(zh for zh, _ in names), ", ".join(en for _, en in names))
