using DiffusionSharp.Samplers;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Core.Tests.Golden;

/// <summary>The recordings' independent draws for a sampler whose second draw in a step goes on from the first: solved for what it must draw.</summary>
/// <param name="stream">The recorded draws, in order.</param>
/// <param name="correlation">The correlation of a draw with the one before it, 0 where it starts anew.</param>
/// <param name="scale">What the recorded tool multiplied its noise by.</param>
internal sealed class PathNoise(Tensor stream, Func<int, double> correlation, double scale = 1) : NoiseSource
{
    /// <summary>The correlation of a step's whole noise with that of its stage, for a unit reverse SDE: from the variances it gathers.</summary>
    public static double Correlation(double sigma, double stage, double next)
    {
        // What is gathered by a level is σ²(1 − σ²/σ_start²); on the way on it shrinks as σ² does.
        double Gathered(double to) => to * to * (1 - (to * to / (sigma * sigma)));
        var shrinks = next * next / (stage * stage);
        return shrinks * Math.Sqrt(Gathered(stage) / Gathered(next));
    }

    public override Tensor Initial(Shape shape) => throw new NotSupportedException("The start is given.");

    public override Tensor Draw(Shape shape, int index)
    {
        Tensor At(int k) => scale * stream.Slice(k, 1).Reshape(shape);
        var rho = correlation(index);
        return rho == 0 ? At(index) : (At(index) - (rho * At(index - 1))) / Math.Sqrt(1 - (rho * rho));
    }
}
