/**
 * Smooth weighted round robin, as nginx does it (`ngx_http_upstream_round_robin.c`): each turn every place gains its
 * weight, the one that has gained most is picked and gives back what all gained. Picks of one place lie as far apart as
 * its weight allows, and a place that may not be picked for a while neither gains nor owes.
 */
export class Wheel {
  #gained: number[] = [];

  /** The place whose turn it is, of those with a weight above 0; -1 where there is none. */
  pick(weights: readonly number[]): number {
    if (this.#gained.length !== weights.length) this.#gained = weights.map(() => 0);
    let best = -1;
    let most = -Infinity;
    let total = 0;
    for (const [place, weight] of weights.entries()) {
      if (weight <= 0) continue;
      const gained = (this.#gained[place] ?? 0) + weight;
      this.#gained[place] = gained;
      total += weight;
      if (gained <= most) continue;
      best = place;
      most = gained;
    }
    if (best !== -1) this.#gained[best] = most - total;
    return best;
  }
}
