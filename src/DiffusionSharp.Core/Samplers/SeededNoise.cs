using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>Noise from a seed: sample k's depends on the seed, on <c>firstSample + k</c> and on the draw's index alone.</summary>
/// <remarks>So a batch may be cut anywhere: 8 samples from 0 are 3 samples from 0 and 5 from 3, byte for byte.</remarks>
/// <param name="rng">The generator of the seed.</param>
/// <param name="firstSample">The index of the batch's first sample.</param>
public sealed class SeededNoise(Rng rng, long firstSample = 0) : NoiseSource
{
    /// <inheritdoc/>
    public override Tensor Initial(Shape shape) => Fill(shape, 0);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is negative.</exception>
    public override Tensor Draw(Shape shape, int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return Fill(shape, 1L + index);
    }

    /// <summary>Standard normal noise, [N, …], sample k's from a stream of its own.</summary>
    /// <param name="shape">[N, …].</param>
    /// <param name="stream">The stream of sample k.</param>
    internal static Tensor Normal(Shape shape, Func<int, Rng> stream) => Tensor.Create(shape, values =>
    {
        var samples = shape[0];
        var size = samples == 0 ? 0 : values.Length / samples;
        for (var k = 0; k < samples; k++) stream(k).FillNormal(values.Slice(k * size, size));
    });

    private Tensor Fill(Shape shape, long stream) => Normal(shape, k => rng.Split(firstSample + k).Split(stream));
}
