using System.Globalization;

namespace DiffusionSharp.Networks.Optimization;

/// <summary>How the average of the weights forgets: average ← decay · average + (1 − decay) · weights after every step.</summary>
/// <param name="MaxDecay">The decay of long runs.</param>
/// <param name="MinDecay">The decay from the second averaged step on, at least.</param>
/// <param name="UpdateAfterStep">Steps during which the average is the weights themselves.</param>
/// <param name="InverseGamma">Slows the warm-up 1 − (1 + s/γ⁻¹)^−power; read only where <paramref name="WarmupPower"/> is given.</param>
/// <param name="WarmupPower">Exponent of that warm-up, such as 2/3 or 3/4; null: the warm-up (1 + s)/(10 + s).</param>
/// <remarks>The values are those of diffusers' <c>EMAModel</c>; s counts steps after the first averaged one.</remarks>
public sealed record EmaOptions(
    double MaxDecay = 0.9999,
    double MinDecay = 0,
    long UpdateAfterStep = 0,
    double InverseGamma = 1,
    double? WarmupPower = null)
{
    /// <summary>The decay after a step.</summary>
    /// <param name="step">Steps done, this one included: 1 at the first.</param>
    public double Decay(long step)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        var s = step - UpdateAfterStep - 1;
        if (s <= 0) return 0;
        var warmedUp = WarmupPower is { } power ? 1 - Math.Pow(1 + (s / InverseGamma), -power) : (1.0 + s) / (10.0 + s);
        return Math.Max(Math.Min(warmedUp, MaxDecay), MinDecay);
    }

    /// <summary>Checks every setting.</summary>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    public void Validate()
    {
        Require(MaxDecay is >= 0 and < 1, nameof(MaxDecay), MaxDecay, "a number in [0, 1)");
        Require(MinDecay >= 0 && MinDecay <= MaxDecay, nameof(MinDecay), MinDecay, "a number from 0 to MaxDecay");
        Require(UpdateAfterStep >= 0, nameof(UpdateAfterStep), UpdateAfterStep, "at least 0");
        Require(InverseGamma is > 0 and < double.PositiveInfinity, nameof(InverseGamma), InverseGamma, "a finite number above 0");
        Require(WarmupPower is null or (> 0 and < double.PositiveInfinity), nameof(WarmupPower), WarmupPower ?? 0, "a finite number above 0, or null");
    }

    private static void Require(bool holds, string name, double value, string expected)
    {
        if (!holds) throw new ArgumentException($"Ema: {name} is {value.ToString(CultureInfo.InvariantCulture)}, {expected} was expected.");
    }
}
