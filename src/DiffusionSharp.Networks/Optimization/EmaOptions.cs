using System.Globalization;

namespace DiffusionSharp.Networks.Optimization;

/// <summary>How the average of the weights forgets: average ← decay · average + (1 − decay) · weights after every step.</summary>
/// <param name="MaxDecay">The decay of long runs; null: 0.9999.</param>
/// <param name="MinDecay">The decay from the second averaged step on, at least.</param>
/// <param name="UpdateAfterStep">Steps during which the average is the weights themselves.</param>
/// <param name="InverseGamma">Slows the warm-up 1 − (1 + s/γ⁻¹)^−power; read only where <paramref name="WarmupPower"/> is given.</param>
/// <param name="WarmupPower">Exponent of that warm-up, such as 2/3 or 3/4; null: the warm-up (1 + s)/(10 + s).</param>
/// <param name="HalfLife">Steps after which the share of a weight in the average has halved, above 0; instead of all settings before. Null: none.</param>
/// <param name="RampUp">
/// The half-life is at most this share of the steps done, above 0, so that short runs and young ones forget their beginning; null: no ramp-up.
/// </param>
/// <remarks>
/// Without a half-life the values are those of diffusers' <c>EMAModel</c>; s counts steps after the first averaged one.
/// With one they are those of EDM's training loop:
/// <code>
/// h = min(HalfLife, RampUp · steps done before)      decay = 0.5^(1/h)
/// </code>
/// Karras et al. 2022, arXiv:2206.00364, appendix F.2 and its published code, which counts images: a half-life of I images is I/batch
/// steps, so EDM's 500,000 images are 1,000 steps of 512 samples and 7,813 of 64; its RampUp of 0.05 is the same in both.
/// </remarks>
public sealed record EmaOptions(
    double? MaxDecay = null,
    double MinDecay = 0,
    long UpdateAfterStep = 0,
    double InverseGamma = 1,
    double? WarmupPower = null,
    double? HalfLife = null,
    double? RampUp = null)
{
    /// <summary>The decay of long runs where neither it nor a half-life is given.</summary>
    public const double DefaultMaxDecay = 0.9999;

    /// <summary>EDM's ramp-up.</summary>
    public const double EdmRampUp = 0.05;

    /// <summary>The decay after a step.</summary>
    /// <param name="step">Steps done, this one included: 1 at the first.</param>
    public double Decay(long step)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        if (HalfLife is { } halfLife) return Math.Pow(0.5, 1 / Math.Min(halfLife, RampUp is { } ratio ? ratio * (step - 1) : halfLife));
        var s = step - UpdateAfterStep - 1;
        if (s <= 0) return 0;
        var warmedUp = WarmupPower is { } power ? 1 - Math.Pow(1 + (s / InverseGamma), -power) : (1.0 + s) / (10.0 + s);
        return Math.Max(Math.Min(warmedUp, MaxDecay ?? DefaultMaxDecay), MinDecay);
    }

    /// <summary>Checks every setting.</summary>
    /// <exception cref="ArgumentException">A setting is out of range, or belongs to another way of forgetting.</exception>
    public void Validate()
    {
        Require(MaxDecay is null or (>= 0 and < 1), nameof(MaxDecay), MaxDecay ?? 0, "a number in [0, 1)");
        Require(MinDecay >= 0 && MinDecay <= (MaxDecay ?? DefaultMaxDecay), nameof(MinDecay), MinDecay, "a number from 0 to MaxDecay");
        Require(UpdateAfterStep >= 0, nameof(UpdateAfterStep), UpdateAfterStep, "at least 0");
        Require(InverseGamma is > 0 and < double.PositiveInfinity, nameof(InverseGamma), InverseGamma, "a finite number above 0");
        Require(WarmupPower is null or (> 0 and < double.PositiveInfinity), nameof(WarmupPower), WarmupPower ?? 0, "a finite number above 0, or null");
        Require(HalfLife is null or (> 0 and < double.PositiveInfinity), nameof(HalfLife), HalfLife ?? 0, "a finite number of steps above 0, or null");
        Require(RampUp is null or (> 0 and < double.PositiveInfinity), nameof(RampUp), RampUp ?? 0, "a finite number above 0, or null");
        if (RampUp is not null && HalfLife is null)
            throw new ArgumentException("Ema: RampUp shortens a half-life, and none is given; give HalfLife too, or leave RampUp out.");
        if (HalfLife is not null && Other() is { } other)
            throw new ArgumentException($"Ema: HalfLife and {other} both say how the average forgets; give one of them.");
    }

    // Of the settings that a half-life takes the place of, one that is given.
    private string? Other() => MaxDecay is not null ? nameof(MaxDecay)
        : MinDecay != 0 ? nameof(MinDecay)
        : UpdateAfterStep != 0 ? nameof(UpdateAfterStep)
        : WarmupPower is not null ? nameof(WarmupPower)
        : InverseGamma != 1 ? nameof(InverseGamma)
        : null;

    private static void Require(bool holds, string name, double value, string expected)
    {
        if (!holds) throw new ArgumentException($"Ema: {name} is {value.ToString(CultureInfo.InvariantCulture)}, {expected} was expected.");
    }
}
