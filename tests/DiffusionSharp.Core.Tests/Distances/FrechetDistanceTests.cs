using DiffusionSharp.Distances;
using DiffusionSharp.Tensors;
using DiffusionSharp.TestKit;

namespace DiffusionSharp.Core.Tests.Distances;

public sealed class FrechetDistanceTests
{
    private static readonly Tensor Zero = Tensor.Zeros([3]);

    // A rotation of three dimensions, and what it makes of diagonal matrices.
    private static readonly double[,] Turn = Rotation(0.7, 1.1);

    [Fact]
    public void In_one_dimension_it_is_the_squared_difference_of_means_and_of_deviations()
    {
        var d = FrechetDistance.OfNormals(new Tensor([1], [0.3]), new Tensor([1, 1], [4]), new Tensor([1], [-0.5]), new Tensor([1, 1], [0.09]));
        Near.Number((0.8 * 0.8) + (1.7 * 1.7), d, 1e-12, "d²");
    }

    [Fact]
    public void Commuting_covariances_are_at_the_squared_difference_of_their_roots()
    {
        var d = FrechetDistance.OfNormals(new Tensor([3], [1, 0, 2]), Turned([4, 1, 0.25]), Zero, Turned([1, 9, 0.01]));
        Near.Number(5 + 1 + 4 + (0.4 * 0.4), d, 1e-11, "d²");
    }

    [Fact]
    public void Covariances_that_do_not_commute_are_at_the_distance_of_the_optimal_map_of_one_law_onto_the_other()
    {
        // x ↦ A x with A symmetric and positive is optimal (it is the gradient of a convex function), and takes N(0, I) to N(0, A²).
        double[,] a = { { 2, 0.5 }, { 0.5, 1 } }, root = { { 1.5, -0.4 }, { -0.4, 0.7 } };

        // From Σ₁ = R² to Σ₂ = A Σ₁ A the cost is tr((A − I) Σ₁ (A − I)).
        var first = Times(root, root);
        var second = Times(Times(a, first), a);
        double[,] less = { { 1, 0.5 }, { 0.5, 0 } };
        var cost = Times(Times(less, first), less);
        var d = FrechetDistance.OfNormals(Tensor.Zeros([2]), Matrix(first), Tensor.Zeros([2]), Matrix(second));
        Near.Number(cost[0, 0] + cost[1, 1], d, 1e-12, "d²");
    }

    [Fact]
    public void Equal_laws_are_at_0_and_singular_covariances_are_no_obstacle()
    {
        Near.Number(0, FrechetDistance.OfNormals(Zero, Turned([4, 1, 0.25]), Zero, Turned([4, 1, 0.25])), 1e-12, "equal");
        Near.Number(0, FrechetDistance.OfNormals(Zero, Turned([4, 0, 0]), Zero, Turned([4, 0, 0])), 1e-7, "equal and singular");
        Near.Number(5.25, FrechetDistance.OfNormals(Zero, Turned([4, 1, 0.25]), Zero, Turned([0, 0, 0])), 1e-12, "from a point");
        Near.Number(4 + 9, FrechetDistance.OfNormals(Zero, Turned([4, 0, 0]), Zero, Turned([0, 9, 0])), 1e-7, "on crossed lines");
    }

    [Fact]
    public void It_is_symmetric_and_does_not_change_under_shifts_and_rotations_of_both_samples()
    {
        var (a, b) = (new Rng(1).Normal([40, 3]), 1.5 * new Rng(2).Normal([50, 3]));
        var d = FrechetDistance.Between(a, b, new Rng(3), repeats: 2).Value;
        Near.Number(d, FrechetDistance.Between(b, a, new Rng(3), repeats: 2).Value, 1e-10, "exchanged");
        Near.Number(d, FrechetDistance.Between(Rotated(a) + 3, Rotated(b) + 3, new Rng(3), repeats: 2).Value, 1e-10, "moved");
        Near.Number(4 * d, FrechetDistance.Between(2 * a, 2 * b, new Rng(3), repeats: 2).Value, 1e-10, "in other units");
        Assert.Equal(0, FrechetDistance.Between(a, a, new Rng(3), repeats: 2).Value, 1e-10);
    }

    [Fact]
    public void Its_parts_add_up_and_its_bias_falls_as_samples_are_more()
    {
        double Mean(int n)
        {
            var sum = 0.0;
            for (var seed = 0UL; seed < 10; seed++)
            {
                var found = FrechetDistance.Between(new Rng(seed).Normal([n, 5]), new Rng(seed + 100).Normal([n, 5]), new Rng(0), repeats: 2);
                Near.Number(found.Value, found.OfMeans + found.OfCovariances, 1e-12, "parts");
                Assert.Equal((n, n), (found.CountA, found.CountB));
                sum += found.Value / 10;
            }

            return sum;
        }

        // To first order the bias is in 1/n.
        Assert.InRange(Mean(50) / Mean(400), 4, 16);
    }

    [Fact]
    public void The_standard_error_is_the_spread_over_samples()
    {
        double sum = 0, squares = 0, claimed = 0;
        for (var seed = 0UL; seed < 20; seed++)
        {
            var found = FrechetDistance.Between(new Rng(seed).Normal([300, 2]), (1.4 * new Rng(seed + 100).Normal([300, 2])) + 1, new Rng(seed), repeats: 40);
            (sum, squares, claimed) = (sum + (found.Value / 20), squares + (found.Value * found.Value / 20), claimed + (found.StandardError / 20));
        }

        Assert.InRange(Math.Sqrt(squares - (sum * sum)) / claimed, 0.6, 1.6);
    }

    [Fact]
    public void The_result_does_not_depend_on_threads()
    {
        var (a, b) = (new Rng(1).Normal([30, 4]), new Rng(2).Normal([25, 4]));
        using var two = new Parallelism(2);
        Assert.Equal(FrechetDistance.Between(a, b, new Rng(3)), FrechetDistance.Between(a, b, new Rng(3), parallelism: two));
        Assert.NotEqual(FrechetDistance.Between(a, b, new Rng(3)).StandardError, FrechetDistance.Between(a, b, new Rng(4)).StandardError);
    }

    [Fact]
    public void What_cannot_be_compared_is_refused()
    {
        Assert.Contains("of one shape", Assert.Throws<ArgumentException>(() => FrechetDistance.Between(Tensor.Zeros([3, 2]), Tensor.Zeros([3, 4]), new Rng(1))).Message, StringComparison.Ordinal);
        Assert.Contains("not finite", Assert.Throws<ArgumentException>(() => FrechetDistance.Between(Tensor.Zeros([2, 1]), new Tensor([2, 1], [0, double.NaN]), new Rng(1))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => FrechetDistance.Between(Tensor.Zeros([2, 1]), Tensor.Zeros([2, 1]), new Rng(1), repeats: 1));
        Assert.Contains("[D, D] were expected", Assert.Throws<ArgumentException>(() => FrechetDistance.OfNormals(Zero, Tensor.Zeros([2, 2]), Zero, Tensor.Zeros([3, 3]))).Message, StringComparison.Ordinal);
    }

    private static Tensor Turned(double[] diagonal)
    {
        double[,] d = { { diagonal[0], 0, 0 }, { 0, diagonal[1], 0 }, { 0, 0, diagonal[2] } };
        return Matrix(Times(Times(Turn, d), Transposed(Turn)));
    }

    private static Tensor Rotated(Tensor x) => Tensor.Create(x.Shape, values =>
    {
        for (var k = 0; k < x.Samples; k++)
            for (var i = 0; i < 3; i++)
                for (var j = 0; j < 3; j++) values[(k * 3) + i] += Turn[i, j] * x.Sample(k)[j];
    });

    private static double[,] Rotation(double a, double b)
    {
        double[,] z = { { Math.Cos(a), -Math.Sin(a), 0 }, { Math.Sin(a), Math.Cos(a), 0 }, { 0, 0, 1 } };
        double[,] x = { { 1, 0, 0 }, { 0, Math.Cos(b), -Math.Sin(b) }, { 0, Math.Sin(b), Math.Cos(b) } };
        return Times(z, x);
    }

    private static double[,] Times(double[,] a, double[,] b)
    {
        var n = a.GetLength(0);
        var c = new double[n, n];
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++)
                for (var k = 0; k < n; k++) c[i, j] += a[i, k] * b[k, j];
        return c;
    }

    private static double[,] Transposed(double[,] a)
    {
        var n = a.GetLength(0);
        var c = new double[n, n];
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++) c[i, j] = a[j, i];
        return c;
    }

    private static Tensor Matrix(double[,] a) => new([a.GetLength(0), a.GetLength(1)], [.. a.Cast<double>()]);
}
