/** The items with the one at `from` moved by `by` places, as far as the list goes. */
export function moved<T>(items: readonly T[], from: number, by: number): T[] {
  const order = [...items];
  const [item] = order.splice(from, 1);
  if (item === undefined) return [...items];
  order.splice(Math.min(order.length, Math.max(0, from + by)), 0, item);
  return order;
}
