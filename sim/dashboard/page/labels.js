// Keeps labels beside their lines without letting them overprint each other.

/**
 * Places for labels of one height: as near to the wanted ones as may be, in their order, `height` apart, between `low` and
 * `high` while they fit.
 * @param {number[]} wanted @param {number} height @param {number} low @param {number} high @returns {number[]}
 */
export function spread(wanted, height, low, high) {
  const order = wanted.map((place, index) => ({ place, index })).sort((one, other) => one.place - other.place);
  const groups = [];
  for (const { place } of order) {
    groups.push({ count: 1, sum: place, top: place });
    // A group of touching labels stands round the mean of where its labels would like to be.
    for (;;) {
      const last = groups[groups.length - 1];
      last.top = Math.max(Math.min(last.sum / last.count - ((last.count - 1) * height) / 2, high - (last.count - 1) * height), low);
      const before = groups[groups.length - 2];
      if (!before || before.top + before.count * height <= last.top) break;
      groups.splice(-2, 2, { count: before.count + last.count, sum: before.sum + last.sum, top: 0 });
    }
  }
  const places = [];
  for (const group of groups) for (let step = 0; step < group.count; step += 1) places.push(group.top + step * height);
  const result = new Array(wanted.length);
  order.forEach(({ index }, rank) => { result[index] = places[rank]; });
  return result;
}
