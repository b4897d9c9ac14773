/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the page shows, and how it says it: status, notice, switches, tabs, chat. */

const logLines = 200;
const newsTime = 6000; /* ms */

export const ui = Object.fromEntries([...document.querySelectorAll('body [id]')].map((element) => [element.id, element]));

/* A screen reader speaks each change of these, so that what stays the same is not set again. */
function say(element, text) {
  if (element.textContent !== text)
    element.textContent = text;
}

export function showStatus(text, tone) {
  say(ui.status, text);
  ui.status.dataset.tone = tone;
}

let newsTimer = 0;

export function tell(text) {
  clearTimeout(newsTimer);
  newsTimer = setTimeout(() => say(ui.news, ''), newsTime);
  say(ui.news, text);
}

let noticed = '';

/* `actions` are pairs of what a button says and what it does. */
export function showNotice({title, advice, progress = ''}, actions) {
  const key = [title, advice, ...actions.map(([name]) => name)].join('\n');
  if (key === noticed)
    return;
  noticed = key;

  const icon = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  const text = document.createElement('div');
  const heading = document.createElement('strong');
  const row = document.createElement('div');

  icon.setAttribute('aria-hidden', 'true');
  use.setAttribute('href', '#i-alert');
  icon.append(use);
  heading.textContent = title;
  row.className = 'row';
  row.append(...actions.map(([name, act]) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'quiet';
    button.textContent = name;
    button.addEventListener('click', act);
    return button;
  }));
  text.append(heading, ...[advice, progress].filter(Boolean).map((words) => {
    const paragraph = document.createElement('p');
    paragraph.textContent = words;
    return paragraph;
  }), row);
  ui.notice.replaceChildren(icon, text);
}

/* Who was on a button of it goes on from the main one. */
export function clearNotice() {
  const hadFocus = ui.notice.contains(document.activeElement);

  noticed = '';
  ui.notice.replaceChildren();
  if (hadFocus)
    (ui.leave.hidden ? ui.connect : ui.leave).focus();
}

export function setSwitch(button, on) {
  button.setAttribute('aria-checked', on);
}

function selectTab(tab) {
  for (const other of ui.tabs.children) {
    other.setAttribute('aria-selected', other === tab);
    other.tabIndex = other === tab ? 0 : -1;
    ui[other.getAttribute('aria-controls')].hidden = other !== tab;
  }
  if (tab === ui['chat-tab']) {
    setUnread(0);
    ui.log.scrollTop = ui.log.scrollHeight;
  }
}

/* One stop for the Tab key; arrows, Home and End go from tab to tab. */
export function bindTabs(changed) {
  const tabs = [...ui.tabs.children];
  const select = (tab) => {
    selectTab(tab);
    changed();
  };

  ui.tabs.addEventListener('click', ({target}) => {
    const tab = target.closest('[role="tab"]');
    if (tab)
      select(tab);
  });
  ui.tabs.addEventListener('keydown', (event) => {
    const at = tabs.indexOf(document.activeElement);
    const next = {ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1}[event.key];
    if (next === undefined)
      return;
    event.preventDefault();
    const tab = tabs.at(next % tabs.length);
    tab.focus();
    select(tab);
  });
}

let unread = 0;

function setUnread(count) {
  unread = count;
  ui.unread.hidden = !count;
  ui.unread.textContent = count;
  if (count)
    ui['chat-tab'].setAttribute('aria-label', `Chat, ${count} unread`);
  else
    ui['chat-tab'].removeAttribute('aria-label');
}

export function addLine(who, text) {
  const item = document.createElement('li');
  const name = document.createElement('b');
  const words = document.createElement('span');
  const atEnd = ui.log.scrollHeight - ui.log.scrollTop - ui.log.clientHeight < 40;

  name.textContent = who;
  words.textContent = text;
  item.className = who === 'You' ? 'mine' : '';
  item.append(name, words);
  ui.log.append(item);
  if (ui.log.children.length > logLines)
    ui.log.firstElementChild.remove();
  if (atEnd || who === 'You')
    ui.log.scrollTop = ui.log.scrollHeight;
  if (ui.chat.hidden)
    setUnread(unread + 1);
}
