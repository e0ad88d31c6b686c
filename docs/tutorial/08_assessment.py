# %% [markdown]
# # 8. An assessment
#
# One idea: **count origins, not tellings.** How many drones will come is claimed by many: newspapers, agencies,
# institutes. A dozen rows that say "6,000" look like agreement. Are they a dozen sources, or one that was
# retold?
#
# The ledger inside the package holds published claims with their chains of attribution. No label in it says
# which rows belong together; that is found from who printed whom, when, and with which numbers.

# %%
from collections import Counter

from drawing import FOUND, SOFT, WRONG, save, sheet

from forehear.assess.claims.ledger import read_claims
from forehear.assess.claims.tracing import said, trace
from forehear.assess.claims.view import ledger_of
from forehear.assess.launches.launches import read_launches

claims, faults, read = read_claims()
traced = trace(claims)
print(f"{read} rows read, {len(claims)} claims, {len(faults.aside)} set aside; {len(traced.members)} origins")

# %% [markdown]
# The most retold origin, in its own rows. A floor becomes a ceiling on the way, a total becomes a year's output.

# %%
tellings = Counter(traced.origin)
name, many = tellings.most_common(1)[0]
print(f"{name}: {many} tellings")
for i in traced.members[name]:
    print(f"  {claims[i].made_on}  {said(claims[i])}  ({claims[i].outlet})")

# %% [markdown]
# Every join has its reason, and a claim is graded by its source and by how many **other** origins say the same.
# Where a count of launches bears on it, the count stands beside it.

# %%
launches = read_launches()
ledger = ledger_of(launches=launches)
i = traced.members[name][-1]
print(f"row {claims[i].row} belongs there because: {ledger.traced.because[i]}")
alone = sum(1 for count in tellings.values() if count == 1)
print(f"{alone} of {len(tellings)} origins were told once; the largest make up {many} of {len(claims)} rows")

# %%
figure, (ax,) = sheet(height_in=4.8)
order = tellings.most_common()[::-1]
names = [one if len(one) < 44 else one[:41] + "..." for one, _ in order]
ax.barh(
    names, [count for _, count in order], color=[WRONG if count > 1 else FOUND for _, count in order], height=0.7
)
ax.axvline(1.0, color=SOFT, linewidth=0.8, linestyle="--")
ax.tick_params(axis="y", labelsize=8, length=0)
ax.set(xlabel="tellings", title=f"{len(claims)} rows are {len(tellings)} origins; red: told more than once")
ax.grid(axis="y", visible=False)
save(figure, "08_assessment")

# %% [markdown]
# The page that follows one claim through all of it, to launches, forecast and minutes of warning:
# [assess](../assess.md). On the command line: `forehear assess claims`, `forehear assess report --out DIR`. What
# this cannot do: [limits](../limits.md).
