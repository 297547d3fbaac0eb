using DiffusionSharp.Denoisers;
using DiffusionSharp.Samplers;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Theory.Sampling;

/// <summary>The exact variance of a sampler's states on data for which it is affine, after every step and without chance.</summary>
/// <remarks>
/// Where the denoiser is affine in x (one normal, one point), so is the whole trajectory in its start and in each of its draws. One impulse at a
/// time shows the factor of each, and the variance is the sum of their squares.
/// </remarks>
public static class AffineResponse
{
    /// <summary>The variance of x after each step, on the line.</summary>
    /// <param name="sampler">A sampler that draws at most once a step.</param>
    /// <param name="denoiser">An affine denoiser of values, [N, 1].</param>
    /// <param name="deviation">The standard deviation of the start.</param>
    public static double[] Variances(Sampler sampler, Denoiser denoiser, double deviation)
    {
        // Row 0 is at rest, row 1 has the start moved, row 2 + i the i-th draw.
        var start = Tensor.Create([2 + sampler.Grid.Count, 1], values => values[1] = deviation);
        return
        [
            .. sampler.Steps(denoiser, start, new Impulses()).Select(step =>
            {
                var sum = 0.0;
                foreach (var x in step.X.Values[1..]) sum += (x - step.X.Values[0]) * (x - step.X.Values[0]);
                return sum;
            }),
        ];
    }

    private sealed class Impulses : NoiseSource
    {
        public override Tensor Initial(Shape shape) => throw new NotSupportedException("AffineResponse: the start is given.");

        public override Tensor Draw(Shape shape, int index) => Tensor.Create(shape, values => values[2 + index] = 1);
    }
}
