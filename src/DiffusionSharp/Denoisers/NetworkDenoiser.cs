using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Denoisers;

/// <summary>A denoiser made of a network and the meaning of its output: the one place where double meets float32.</summary>
/// <remarks>
/// x is rounded to float32, the network's output widened; the conversion to data is in double
/// (<see cref="PredictionConversion.DataWeights"/>).
/// </remarks>
public sealed class NetworkDenoiser : Denoiser
{
    private readonly DenoisingNetwork network;
    private readonly Func<NoiseLevel, double> timeInput;
    private readonly int[] labels;

    /// <summary>Wraps a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="prediction">What it predicts.</param>
    /// <param name="timeInput">The network's time input for a level; by default <see cref="NoiseLevel.Time"/>, the trained timestep.</param>
    /// <param name="labels">One class per sample of the batches to come, or none.</param>
    public NetworkDenoiser(DenoisingNetwork network, Prediction prediction, Func<NoiseLevel, double>? timeInput = null, IReadOnlyList<int>? labels = null)
    {
        this.network = network;
        this.timeInput = timeInput ?? (level => level.Time);
        this.labels = labels is null ? [] : [.. labels];
        Prediction = prediction;
    }

    /// <summary>What the network predicts.</summary>
    public Prediction Prediction { get; }

    /// <inheritdoc/>
    public override bool HasGradient => network.HasGradient;

    /// <inheritdoc/>
    protected override Tensor Estimate(Tensor x, ReadOnlySpan<NoiseLevel> levels)
    {
        var t = TimeInputs(x, levels);
        return Combine(x, network.Evaluate(x.ToFloat(), t, labels), levels);
    }

    /// <inheritdoc/>
    /// <remarks>D = a x + b F(x), so uᵀ∂D/∂x = a u + b uᵀ∂F/∂x.</remarks>
    protected override Tensor PullBack(Tensor x, ReadOnlySpan<NoiseLevel> levels, Tensor cotangent)
    {
        var t = TimeInputs(x, levels);
        return Combine(cotangent, network.VectorJacobian(x.ToFloat(), t, labels, cotangent.ToFloat()), levels);
    }

    private float[] TimeInputs(Tensor x, ReadOnlySpan<NoiseLevel> levels)
    {
        if (labels.Length != 0 && labels.Length != x.Samples)
            throw new ArgumentException($"NetworkDenoiser: it was made with {labels.Length} labels, x of shape {x.Shape} needs {x.Samples}.", nameof(x));
        var t = new float[levels.Length];
        for (var k = 0; k < t.Length; k++) t[k] = (float)timeInput(levels[k]);
        return t;
    }

    // a·x + b·output with each level's weights.
    private Tensor Combine(Tensor x, FloatTensor output, ReadOnlySpan<NoiseLevel> levels)
    {
        if (output.Shape != x.Shape) throw new InvalidOperationException($"NetworkDenoiser: the network gave {output.Shape} for x of shape {x.Shape}.");
        var data = new double[x.Shape.Count];
        var size = x.Samples == 0 ? 0 : data.Length / x.Samples;
        for (var k = 0; k < levels.Length; k++)
        {
            var (ofX, ofOutput) = PredictionConversion.DataWeights(Prediction, levels[k]);
            for (var i = k * size; i < (k + 1) * size; i++) data[i] = (ofX * x.Values[i]) + (ofOutput * output.Values[i]);
        }

        return new Tensor(x.Shape, data);
    }
}
