/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Linear interpolation between the closest ranks. */
export function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * q;
  const low = Math.floor(position);
  return sorted[low] + (sorted[Math.ceil(position)] - sorted[low]) * (position - low);
}

export function summary(values, digits = 1) {
  const [q1, median, q3] = [0.25, 0.5, 0.75].map((q) => Number(quantile(values, q).toFixed(digits)));
  return {q1, median, q3, rounds: values.length};
}

/* Least squares of rows with the columns @x and @y. */
export function slope(rows, x, y) {
  const mean = (column) => rows.reduce((sum, row) => sum + row[column], 0) / rows.length;
  const [meanX, meanY] = [mean(x), mean(y)];
  const sum = (product) => rows.reduce((sum, row) => sum + product(row), 0);
  return sum((row) => (row[x] - meanX) * (row[y] - meanY)) / sum((row) => (row[x] - meanX) ** 2);
}

export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
  const line = (row) => row.map((cell, i) => (i ? String(cell).padStart(widths[i]) : String(cell).padEnd(widths[i]))).join('  ');
  return rows.map(line).join('\n');
}
