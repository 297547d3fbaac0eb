using DiffusionSharp.Statistics;
using DiffusionSharp.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace DiffusionSharp.Distances;

/// <summary>The sliced Wasserstein distance of two samples: the Wasserstein-2 distance of their shadows on random lines.</summary>
/// <remarks>
/// <code>
/// SW₂² = E_θ W₂²(⟨θ, a⟩, ⟨θ, b⟩)        W₂² = ∫₀¹ (F_a⁻¹(q) − F_b⁻¹(q))² dq        θ uniform on the unit sphere
/// </code>
/// Rabin et al. 2012, "Wasserstein barycenter and its application to texture mixing"; Bonneel et al. 2015. For laws that differ by a shift δ
/// it is |δ|/√D. Two finite samples of one law are never at distance 0, so the value that they would have is given beside.
/// </remarks>
/// <param name="Distance">SW₂ in data units; its error is over the random lines: the samples are held fixed.</param>
/// <param name="SamplingError">One standard deviation of the distance over bootstrap resamples of both samples, the lines held fixed.</param>
/// <param name="SameLaw">The distance that two samples of these sizes and of one law would have: the mean over random regroupings of both together.</param>
/// <param name="SameLawSpread">One standard deviation of a single such distance.</param>
public readonly record struct SlicedWasserstein(Measurement Distance, double SamplingError, Measurement SameLaw, double SameLawSpread)
{
    /// <summary>Compares two samples.</summary>
    /// <param name="a">[N, …], at least two.</param>
    /// <param name="b">[M, …], at least two, of the same shape each.</param>
    /// <param name="rng">Of the lines, resamples and regroupings.</param>
    /// <param name="projections">Random lines, at least 2.</param>
    /// <param name="repeats">Resamples and regroupings, at least 2.</param>
    /// <param name="parallelism">Threads; the result does not depend on them.</param>
    /// <exception cref="ArgumentException">Shapes differ, a value is not finite, or a number is out of range.</exception>
    public static SlicedWasserstein Between(Tensor a, Tensor b, Rng rng, int projections = 128, int repeats = 20, Parallelism? parallelism = null)
    {
        if (a.Shape.Rank < 2 || b.Shape.Rank < 2 || a.Shape.Tail() != b.Shape.Tail() || a.Samples < 2 || b.Samples < 2)
            throw new ArgumentException(
                $"SlicedWasserstein: two samples of at least two and of one shape were expected, {a.Shape} and {b.Shape} were given.", nameof(b));
        if (!a.IsFinite() || !b.IsFinite()) throw new ArgumentException("SlicedWasserstein: a value is not finite.", nameof(a));
        ArgumentOutOfRangeException.ThrowIfLessThan(projections, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(repeats, 2);
        var groups = new Regrouping[(2 * repeats) + 1];
        var n = a.Samples + b.Samples;
        groups[0] = Regrouping.Identity(a.Samples, n);
        for (var r = 0; r < repeats; r++)
        {
            groups[1 + r] = Regrouping.Bootstrap(rng.Split("bootstrap").Split(r), a.Samples, n);
            groups[1 + repeats + r] = Regrouping.Permuted(rng.Split("same law").Split(r), a.Samples, n);
        }

        // One row a line, one column a grouping.
        var squares = new double[projections * groups.Length];
        (parallelism ?? Parallelism.Single).For(projections, line =>
        {
            var shadow = Shadow(a, b, rng.Split("lines").Split(line));
            for (var g = 0; g < groups.Length; g++) squares[(line * groups.Length) + g] = groups[g].SquaredDistance(shadow);
        });

        var own = new double[projections];
        for (var line = 0; line < projections; line++) own[line] = squares[line * groups.Length];
        var square = Measurement.OfMean(own);
        var distance = Math.Sqrt(square.Value);

        // d√s = ds/(2√s); at distance 0 every line says 0.
        var error = distance == 0 ? 0 : square.StandardError / (2 * distance);
        var bootstrap = Measurement.OfMean(Distances(squares, groups.Length, 1, repeats));
        var same = Measurement.OfMean(Distances(squares, groups.Length, 1 + repeats, repeats));
        var single = Math.Sqrt(repeats);
        return new SlicedWasserstein(new Measurement(distance, error, projections), bootstrap.StandardError * single, same, same.StandardError * single);
    }

    private static double[] Distances(double[] squares, int columns, int first, int count)
    {
        var distances = new double[count];
        for (var g = 0; g < count; g++)
        {
            for (var at = first + g; at < squares.Length; at += columns) distances[g] += squares[at];
            distances[g] = Math.Sqrt(distances[g] / (squares.Length / columns));
        }

        return distances;
    }

    private static double[] Shadow(Tensor a, Tensor b, Rng rng)
    {
        var theta = new double[a.Shape.Tail().Count];
        rng.FillNormal(theta);
        TensorPrimitives.Divide(theta, TensorPrimitives.Norm<double>(theta), theta);
        var shadow = new double[a.Samples + b.Samples];
        for (var k = 0; k < shadow.Length; k++) shadow[k] = TensorPrimitives.Dot(theta, k < a.Samples ? a.Sample(k) : b.Sample(k - a.Samples));
        return shadow;
    }
}
