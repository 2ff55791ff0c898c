import { BaseError } from "@cloister/bytes";

const FALSE_ALARMS = 0.01;

/** How well a model's losses tell the examples it was trained on from others. */
export interface MembershipReport {
  /** 0.5: not at all. Half the width of its 95 % interval follows. */
  readonly auc: number;
  readonly aucError: number;
  /** Members found where 1 % of the others are taken for members; 0.01 by chance. */
  readonly foundAtOnePercent: number;
}

/**
 * The plainest attack by membership: whoever has a low loss was in the training data.
 * @throws BaseError `AUDIT_LOSSES` without losses of both kinds
 */
export function reportMembership(members: Float64Array, others: Float64Array): MembershipReport {
  if (members.length < 2 || others.length < 2) {
    throw new BaseError("Usage", "AUDIT_LOSSES", "give losses of members and of others, two or more each");
  }
  const auc = chanceBelow(members, others);
  // Hanley and McNeil 1982.
  const [q1, q2] = [auc / (2 - auc), (2 * auc ** 2) / (1 + auc)];
  const variance =
    (auc * (1 - auc) + (members.length - 1) * (q1 - auc ** 2) + (others.length - 1) * (q2 - auc ** 2)) /
    (members.length * others.length);
  const threshold = Float64Array.from(others).sort()[Math.floor(FALSE_ALARMS * others.length)] ?? 0;
  const found = members.filter((loss) => loss < threshold).length / members.length;
  return { auc, aucError: 1.96 * Math.sqrt(Math.max(0, variance)), foundAtOnePercent: found };
}

/** The chance that one of `low` lies below one of `high`; equal ones count half. */
export function chanceBelow(low: Float64Array, high: Float64Array): number {
  const all = [
    ...Array.from(low, (value) => ({ value, isLow: true })),
    ...Array.from(high, (value) => ({ value, isLow: false })),
  ].sort((one, other) => one.value - other.value);
  let [lowsBefore, pairs] = [0, 0];
  for (let from = 0; from < all.length; ) {
    let to = from;
    while (to < all.length && all[to]?.value === all[from]?.value) to += 1;
    const group = all.slice(from, to);
    const lows = group.filter(({ isLow }) => isLow).length;
    pairs += (group.length - lows) * (lowsBefore + lows / 2);
    lowsBefore += lows;
    from = to;
  }
  return pairs / (low.length * high.length);
}
