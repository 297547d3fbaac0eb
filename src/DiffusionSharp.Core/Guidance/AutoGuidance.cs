using DiffusionSharp.Denoisers;

namespace DiffusionSharp.Guidance;

/// <summary>Auto-guidance: away from a worse version of the same model, such as a smaller or less trained one.</summary>
/// <remarks>
/// <code>
/// D = D_bad + w (D_good − D_bad)
/// </code>
/// Karras et al. 2024, arXiv:2406.02507, equation 2. It guides quality without a condition and without loss of variety.
/// </remarks>
public sealed class AutoGuidance : ExtrapolatedDenoiser
{
    /// <summary>Joins the two models.</summary>
    /// <param name="good">The model.</param>
    /// <param name="bad">Its worse version, with the same data and condition.</param>
    /// <param name="weight">w ≥ 0; 1 is the good model itself.</param>
    /// <param name="interval">Where guidance acts; everywhere by default.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public AutoGuidance(Denoiser good, Denoiser bad, double weight, GuidanceInterval? interval = null)
        : base(good, bad, weight, 0, interval ?? GuidanceInterval.Everywhere, nameof(AutoGuidance))
    {
    }

    /// <inheritdoc/>
    protected override Denoiser Between(Denoiser main, Denoiser reference) => new AutoGuidance(main, reference, Weight, Interval);
}
