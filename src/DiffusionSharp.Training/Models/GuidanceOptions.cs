using DiffusionSharp.Guidance;

namespace DiffusionSharp.Training.Models;

/// <summary>How far samples are guided towards their class: <see cref="ClassifierFreeGuidance"/>.</summary>
/// <param name="Weight">w ≥ 0; 1 is the conditional model itself, 0 the unconditional one, above 1 guides.</param>
/// <param name="Rescale">φ in [0, 1]: how far each estimate's spread is brought back to the conditional one's.</param>
/// <param name="Interval">The noise levels, as σ/α, at which guidance acts; null: all.</param>
public sealed record GuidanceOptions(double Weight, double Rescale = 0, GuidanceInterval? Interval = null);
