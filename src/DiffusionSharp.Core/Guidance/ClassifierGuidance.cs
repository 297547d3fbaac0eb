using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Guidance;

/// <summary>Classifier guidance: the score moved along the gradient of a class's log-probability.</summary>
/// <remarks>
/// <code>
/// score′ = score + s ∇ ln p(c | x_t)            D′ = D + s (σ²/α) ∇ ln p(c | x_t)
/// </code>
/// Dhariwal and Nichol 2021, arXiv:2105.05233, equation 14. s = 1 with an exact classifier samples p(x₀ | c).
/// </remarks>
public sealed class ClassifierGuidance : AdjustingDenoiser
{
    private readonly NoisyClassifier classifier;

    /// <summary>Wraps a denoiser.</summary>
    /// <param name="inner">The unconditional denoiser.</param>
    /// <param name="classifier">Says where the class is.</param>
    /// <param name="scale">s ≥ 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The scale is out of range.</exception>
    public ClassifierGuidance(Denoiser inner, NoisyClassifier classifier, double scale)
        : base(inner)
    {
        this.classifier = classifier;
        Scale = Guard.InRange(scale, 0, double.MaxValue, "ClassifierGuidance: scale");
    }

    /// <summary>s.</summary>
    public double Scale { get; }

    /// <inheritdoc/>
    /// <remarks>It would need the classifier's second derivatives.</remarks>
    public override bool HasGradient => false;

    /// <inheritdoc/>
    protected override Denoiser Around(Denoiser inner) => new ClassifierGuidance(inner, classifier, Scale);

    /// <inheritdoc/>
    protected override Tensor Adjust(Tensor data, Tensor x, ReadOnlySpan<NoiseLevel> levels) => data + (Scale * classifier.Shift(x, levels));

    /// <inheritdoc/>
    protected override Tensor PullBack(Tensor x, ReadOnlySpan<NoiseLevel> levels, Tensor cotangent) =>
        throw new NotSupportedException("ClassifierGuidance has no gradient.");
}
