using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Denoisers;

/// <summary>A denoiser made of a network and the meaning of its output: the one place where double meets float32.</summary>
/// <remarks>
/// D = a x + b F(c x, t). x is rounded to float32, the network's output widened; the conversion to data is in double
/// (<see cref="PredictionConversion.DataWeights"/>, or <see cref="EdmPreconditioning"/>). A network that learned a variance gives twice
/// the values on the last axis, the second half being the variance's.
/// </remarks>
public sealed class NetworkDenoiser : Denoiser
{
    private readonly DenoisingNetwork network;
    private readonly EdmPreconditioning? preconditioning;
    private readonly Func<NoiseLevel, double> timeInput;
    private readonly int[] labels;

    /// <summary>Wraps a network.</summary>
    /// <param name="network">What gives the prediction, float32 in and out.</param>
    /// <param name="prediction">What it predicts.</param>
    /// <param name="timeInput">The network's time input for a level; by default <see cref="NoiseLevel.Time"/>, the trained timestep.</param>
    /// <param name="labels">One class per sample of the batches to come, or none.</param>
    /// <param name="learnedVariance">Whether the second half of the output's last axis is a variance.</param>
    public NetworkDenoiser(
        DenoisingNetwork network,
        Prediction prediction,
        Func<NoiseLevel, double>? timeInput = null,
        IReadOnlyList<int>? labels = null,
        bool learnedVariance = false)
    {
        this.network = network;
        this.timeInput = timeInput ?? (level => level.Time);
        this.labels = labels is null ? [] : [.. labels];
        (Prediction, HasVariance) = (prediction, learnedVariance);
    }

    /// <summary>Wraps a network that was trained between the scales of EDM.</summary>
    /// <param name="network">What gives the prediction, float32 in and out.</param>
    /// <param name="preconditioning">The scales.</param>
    /// <param name="timeInput">The network's time input for a level; by default c_noise (<see cref="EdmPreconditioning.NoiseInput"/>).</param>
    /// <param name="labels">One class per sample of the batches to come, or none.</param>
    /// <param name="learnedVariance">Whether the second half of the output's last axis is a variance.</param>
    public NetworkDenoiser(
        DenoisingNetwork network,
        EdmPreconditioning preconditioning,
        Func<NoiseLevel, double>? timeInput = null,
        IReadOnlyList<int>? labels = null,
        bool learnedVariance = false)
        : this(network, Prediction.Data, timeInput ?? EdmPreconditioning.NoiseInput, labels, learnedVariance) => this.preconditioning = preconditioning;

    /// <summary>What the network predicts; the data, where scales stand around it.</summary>
    public Prediction Prediction { get; }

    /// <inheritdoc/>
    public override bool HasGradient => network.HasGradient;

    /// <inheritdoc/>
    public override bool HasVariance { get; }

    /// <inheritdoc/>
    protected override Tensor Estimate(Tensor x, ReadOnlySpan<NoiseLevel> levels)
    {
        var output = Evaluate(x, levels);
        return Combine(x, HasVariance ? Half(output, x, first: true) : output, levels, gradient: false);
    }

    /// <inheritdoc/>
    protected override (Tensor Data, Tensor Variance) EstimateWithVariance(Tensor x, ReadOnlySpan<NoiseLevel> levels)
    {
        var output = Evaluate(x, levels);
        return (Combine(x, Half(output, x, first: true), levels, gradient: false), Tensor.From(Half(output, x, first: false)));
    }

    /// <inheritdoc/>
    /// <remarks>D = a x + b F(c x), so uᵀ∂D/∂x = a u + b c uᵀ∂F/∂x.</remarks>
    protected override Tensor PullBack(Tensor x, ReadOnlySpan<NoiseLevel> levels, Tensor cotangent)
    {
        var t = TimeInputs(x, levels);
        return Combine(cotangent, network.VectorJacobian(Scaled(x, levels), t, labels, cotangent.ToFloat()), levels, gradient: true);
    }

    private static FloatTensor Half(FloatTensor output, Tensor x, bool first)
    {
        var width = x.Shape[^1];
        if (output.Shape != x.Shape.With(^1, 2 * width))
        {
            throw new InvalidOperationException(
                $"NetworkDenoiser: the network gave {output.Shape} for x of shape {x.Shape}; with a learned variance its last axis is {2 * width}.");
        }

        var half = new FloatTensor(x.Shape);
        for (int from = first ? 0 : width, to = 0; to < half.Values.Length; from += 2 * width, to += width)
            output.Values.Slice(from, width).CopyTo(half.Values[to..]);
        return half;
    }

    private FloatTensor Evaluate(Tensor x, ReadOnlySpan<NoiseLevel> levels)
    {
        var t = TimeInputs(x, levels);
        return network.Evaluate(Scaled(x, levels), t, labels);
    }

    private float TimeInput(NoiseLevel level)
    {
        var t = (float)timeInput(level);
        if (float.IsFinite(t)) return t;
        var at = FormattableString.Invariant($"the network's time input is {t} at time {level.Time} (α = {level.Alpha}, σ = {level.Sigma})");
        throw new InvalidOperationException($"NetworkDenoiser: {at}; begin below pure noise and end above clean data, or give another time input.");
    }

    private float[] TimeInputs(Tensor x, ReadOnlySpan<NoiseLevel> levels)
    {
        if (labels.Length != 0 && labels.Length != x.Samples)
            throw new ArgumentException($"NetworkDenoiser: it was made with {labels.Length} labels, x of shape {x.Shape} needs {x.Samples}.", nameof(x));
        var t = new float[levels.Length];
        for (var k = 0; k < t.Length; k++) t[k] = TimeInput(levels[k]);
        return t;
    }

    // c·x
    private FloatTensor Scaled(Tensor x, ReadOnlySpan<NoiseLevel> levels)
    {
        if (preconditioning is null) return x.ToFloat();
        var scaled = new FloatTensor(x.Shape);
        var size = levels.Length == 0 ? 0 : x.Shape.Count / levels.Length;
        for (var k = 0; k < levels.Length; k++)
        {
            var c = preconditioning.InputScale(levels[k]);
            for (var i = k * size; i < (k + 1) * size; i++) scaled.Values[i] = (float)(c * x.Values[i]);
        }

        return scaled;
    }

    // a·x + b·output with each level's weights; in a gradient the output's input was c·x.
    private Tensor Combine(Tensor x, FloatTensor output, ReadOnlySpan<NoiseLevel> levels, bool gradient)
    {
        if (output.Shape != x.Shape) throw new InvalidOperationException($"NetworkDenoiser: the network gave {output.Shape} for x of shape {x.Shape}.");
        var data = new double[x.Shape.Count];
        var size = x.Samples == 0 ? 0 : data.Length / x.Samples;
        for (var k = 0; k < levels.Length; k++)
        {
            var (ofX, ofOutput) = preconditioning?.DataWeights(levels[k]) ?? PredictionConversion.DataWeights(Prediction, levels[k]);
            if (gradient && preconditioning is not null) ofOutput *= preconditioning.InputScale(levels[k]);
            for (var i = k * size; i < (k + 1) * size; i++) data[i] = (ofX * x.Values[i]) + (ofOutput * output.Values[i]);
        }

        return new Tensor(x.Shape, data);
    }
}
