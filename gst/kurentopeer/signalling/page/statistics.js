/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The panel of statistics: measures each second while it is shown, and only then. */

import {Meter} from './measure.js';
import {ui} from './view.js';

const interval = 1000; /* ms */
const length = 60; /* values of a plot */
const svg = 'http://www.w3.org/2000/svg';

const number = (value, digits) => value.toLocaleString('en', {maximumFractionDigits: digits});

/* `floor`: what a plot is high at least, so that what hardly matters looks as small as it is. */
const roundTrip = {key: 'roundTrip', name: 'Round trip', format: (value) => `${number(value, 0)} ms`, floor: 50};
const path = {key: 'path', name: 'Path'};
const loss = {key: 'loss', name: 'Loss', format: (value) => `${number(value, 1)} %`, floor: 5};
const frames = {key: 'frames', name: 'Frames', format: (value) => `${number(value, 0)} /s`, floor: 30};
const size = {key: 'size', name: 'Resolution'};
const codec = {key: 'codec', name: 'Codec'};
const buffer = {key: 'buffer', name: 'Jitter buffer', format: (value) => `${number(value, 0)} ms`, floor: 100};
const bitrate = {
  key: 'bitrate',
  name: 'Bit rate',
  format: (value) => value < 1e6 ? `${number(value / 1e3, 0)} kbit/s` : `${number(value / 1e6, 2)} Mbit/s`,
  floor: 1e5,
};

const groups = [
  ['connection', 'Connection', [roundTrip, path]],
  ['inVideo', 'Picture from the other side', [bitrate, frames, loss, buffer, size, codec]],
  ['inAudio', 'Sound from the other side', [bitrate, loss, buffer, codec]],
  ['outVideo', 'Your picture', [bitrate, frames, loss, size, codec]],
  ['outAudio', 'Your sound', [bitrate, loss, codec]],
];

function make(parent, name, properties = {}, namespace) {
  const element = namespace ? document.createElementNS(namespace, name) : document.createElement(name);

  parent.append(element);
  return Object.assign(element, properties);
}

/* A small picture of the last minute. What it shows is in words beside it, so that it is no content of its own. */
class Plot {
  #values = [];
  #floor;
  #area;
  #line;

  constructor(parent, floor) {
    const root = make(parent, 'svg', {}, svg);

    root.setAttribute('viewBox', `0 0 ${length - 1} 20`);
    root.setAttribute('preserveAspectRatio', 'none');
    root.setAttribute('aria-hidden', 'true');
    root.classList.add('plot');
    this.#floor = floor;
    this.#area = make(root, 'path', {}, svg);
    this.#line = make(root, 'path', {}, svg);
    this.#area.classList.add('area');
    this.#line.classList.add('line');
  }

  clear() {
    this.#values = [];
  }

  add(value) {
    const top = Math.max(this.#floor, ...this.#values.filter(Number.isFinite), value ?? 0);
    const points = [];

    this.#values = [...this.#values, value].slice(-length);
    this.#values.forEach((one, i) => {
      if (Number.isFinite(one))
        points.push(`${length - this.#values.length + i} ${(19.5 - 18.5 * one / top).toFixed(2)}`);
    });
    this.#line.setAttribute('d', points.length ? `M${points.join('L')}` : '');
    this.#area.setAttribute('d', points.length
      ? `M${points[0].split(' ')[0]} 20L${points.join('L')}L${length - 1} 20Z` : '');
  }
}

/* One number or word, with its name and perhaps a plot. */
class Metric {
  #format;
  #value;
  #plot;

  constructor(list, {name, format, floor}) {
    const box = make(list, 'div', {className: floor ? 'metric' : 'metric plain'});

    this.#format = format ?? ((value) => value);
    make(box, 'dt', {textContent: name});
    this.#value = make(box, 'dd');
    this.#plot = floor ? new Plot(box, floor) : null;
  }

  set(value) {
    this.#value.textContent = value === undefined ? '–' : this.#format(value);
    this.#plot?.add(value);
  }

  clear() {
    this.#plot?.clear();
  }
}

class Group {
  #section;
  #metrics;

  constructor(parent, title, metrics) {
    this.#section = make(parent, 'section', {className: 'group'});
    make(this.#section, 'h2', {textContent: title});
    const list = make(this.#section, 'dl');
    this.#metrics = metrics.map((metric) => [metric.key, new Metric(list, metric)]);
  }

  set(values) {
    this.#section.hidden = !values;
    for (const [key, metric] of this.#metrics)
      metric.set(values?.[key]);
  }

  clear() {
    this.#metrics.forEach(([, metric]) => metric.clear());
  }
}

/* `getSession` tells which session there is at the moment. */
export class Statistics {
  #getSession;
  #session = null; /* that the numbers are of */
  #meter = null;
  #groups = null;
  #timer = 0;

  constructor(getSession) {
    this.#getSession = getSession;
    document.addEventListener('visibilitychange', () => this.update());
  }

  /* To be called when the panel was shown or hidden. */
  update() {
    const wanted = !ui.statistics.hidden && document.visibilityState === 'visible';

    if (wanted === (this.#timer !== 0))
      return;
    clearInterval(this.#timer);
    this.#timer = wanted ? setInterval(() => this.#measure(), interval) : 0;
    this.#session = null;
    if (wanted)
      this.#measure();
  }

  async #measure() {
    const session = this.#getSession();
    const report = await session.measure();

    if (session !== this.#session) {
      this.#session = session;
      this.#meter = new Meter();
      this.#groups?.forEach(([, group]) => group.clear());
    }
    const found = this.#meter.read(report);
    const connected = found.connection.path !== undefined;
    this.#groups ??= groups.map(([key, title, metrics]) => [key, new Group(ui.statistics, title, metrics)]);
    ui.unmeasured.hidden = connected;
    for (const [key, group] of this.#groups)
      group.set(connected ? found[key] : undefined);
  }
}
