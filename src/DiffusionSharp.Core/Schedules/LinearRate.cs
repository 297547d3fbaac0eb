namespace DiffusionSharp.Schedules;

/// <summary>β(t) = β_0 + (β_1 − β_0) t on t ∈ [0, 1] and its integral B(t): what the VP and sub-VP processes share.</summary>
internal readonly record struct LinearRate(double Start, double End)
{
    /// <summary>β(t).</summary>
    public double At(double t) => Start + ((End - Start) * t);

    /// <summary>B(t) = ∫₀ᵗ β.</summary>
    public double Integral(double t) => t * (Start + ((End - Start) * t / 2));

    /// <summary>The t ≤ 1 of a B: the root of the quadratic in the form that does not cancel, also for β_0 = β_1.</summary>
    public double TimeOf(double integral) => Math.Min(2 * integral / (Start + Math.Sqrt((Start * Start) + (2 * (End - Start) * integral))), 1);

    /// <summary>1 − e^x without cancellation for small x: −2 e^(x/2) sinh(x/2).</summary>
    public static double OneMinusExp(double x) => -2 * Math.Exp(x / 2) * Math.Sinh(x / 2);
}
