// The words on the canvas: bpmn-js-i18n, in the terms that the rest of the designer uses.
import canvas from 'bpmn-js-i18n/translations/zn.js';

const events = {
  'Message': '消息', 'Timer': '定时', 'Signal': '信号', 'Error': '错误', 'Escalation': '升级', 'Conditional': '条件',
  'Compensation': '补偿', 'Cancel': '取消', 'Terminate': '终止', 'Link': '链接',
};
const places = {
  'start event': '开始事件', 'end event': '结束事件', 'boundary event': '边界事件',
  'intermediate throw event': '中间抛出事件', 'intermediate catch event': '中间捕获事件',
};
const menus = {};
for (const [kind, word] of Object.entries(events)) {
  for (const [place, noun] of Object.entries(places)) {
    menus[`${kind} ${place}`] = `${word}${noun}`;
    menus[`${kind} ${place} (non-interrupting)`] = `${word}${noun}（非中断）`;
    menus[`Append ${kind.toLowerCase()} ${place}`] = `追加${word}${noun}`;
  }
}

const tools = {
  'Activate hand tool': '启用抓手工具',
  'Activate lasso tool': '启用套索工具',
  'Activate create/remove space tool': '启用间距工具',
  'Activate global connect tool': '启用连线工具',
  'Connect using association': '用关联连接',
  'Connect using data input association': '用数据关联连接',
  'Connect using sequence/message flow or association': '用顺序流、消息流或关联连接',
  'Search in diagram': '在流程图中查找',
};

const elements = {
  'Append task': '追加任务',
  'Append receive task': '追加接收任务',
  'Append gateway': '追加网关',
  'Append end event': '追加结束事件',
  'Append intermediate/boundary event': '追加中间或边界事件',
  'Create task': '新建任务',
  'Create gateway': '新建网关',
  'Create start event': '新建开始事件',
  'Create end event': '新建结束事件',
  'Create intermediate/boundary event': '新建中间或边界事件',
  'Create expanded sub-process': '新建展开的子流程',
  'Create pool/participant': '新建泳池',
  'Create group': '新建分组',
  'Create data object reference': '新建数据对象引用',
  'Create data store reference': '新建数据存储引用',
  'User task': '人工任务',
  'Manual task': '手工任务',
  'Receive task': '接收任务',
  'Business rule task': '业务规则任务',
  'Call activity': '调用活动',
  'Exclusive gateway': '排他网关',
  'Sub-process (collapsed)': '折叠的子流程',
  'Sub-process (expanded)': '展开的子流程',
  'Ad-hoc': '自由',
  'Ad-hoc sub-process (collapsed)': '折叠的自由子流程',
  'Ad-hoc sub-process (expanded)': '展开的自由子流程',
  'Empty pool/participant': '空泳池',
  'Empty pool/participant (removes content)': '空泳池（清除内容）',
  'Add lane above': '在上方添加泳道',
  'Add lane below': '在下方添加泳道',
  'Divide into two lanes': '分成两条泳道',
  'Divide into three lanes': '分成三条泳道',
  'Add text annotation': '添加注释',
};

const troubles = {
  'Open {element}': '打开“{element}”',
  'more than {count} child lanes': '超过 {count} 条泳道',
  'flow elements must be children of pools/participants': '元素须在泳池之内',
  'no diagram to display': '没有可显示的流程图',
  'failed to import {element}': '“{element}”导入失败',
};

export default { ...canvas, ...menus, ...tools, ...elements, ...troubles };
