using DiffusionSharp.Statistics;
using DiffusionSharp.Stochastics.Processes;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Stochastics.Tests.Processes;

public sealed class PathEnsembleTests
{
    private static readonly PathEnsemble Ou = new(new OrnsteinUhlenbeck(1.2, 0.8, dimensions: 2), new EulerMaruyama());

    [Fact]
    public void A_path_depends_on_the_seed_and_its_number_alone()
    {
        using var two = new Parallelism(2);
        var few = Ou.Run(PathEnsemble.SameStart(300, 1, -1), [0, 0.4, 1.5], 0.01, new Rng(4), Parallelism.Single, TestContext.Current.CancellationToken);
        var many = Ou.Run(PathEnsemble.SameStart(1000, 1, -1), [0, 0.4, 1.5], 0.01, new Rng(4), two, TestContext.Current.CancellationToken);
        for (var i = 0; i < 3; i++) Assert.Equal(few[i].Values.ToArray(), many[i].Values[..600].ToArray());
    }

    [Fact]
    public void A_path_of_the_ensemble_is_the_path_along_its_increments()
    {
        // 7 and 100 steps: the second leg needs more than one block of normals.
        var ends = Ou.Run(PathEnsemble.SameStart(5, 1, -1), [0, 0.07, 1.07], 0.01, new Rng(4), Parallelism.Single, TestContext.Current.CancellationToken);
        var z = new double[2 * 107];
        new Rng(4).Split(3).FillNormal(z);
        var first = Ou.Integrator.Follow(Ou.Process, [1, -1], 0, 0.07 / 7, [.. z.Take(14).Select(v => Math.Sqrt(0.07 / 7) * v)]);
        var second = Ou.Integrator.Follow(Ou.Process, first.AsSpan(14), 0.07, 0.01, [.. z.Skip(14).Select(v => 0.1 * v)]);
        Assert.Equal(first[^1], ends[1].Sample(3)[1], 1e-14);
        Assert.Equal(second[^2], ends[2].Sample(3)[0], 1e-13);
    }

    [Fact]
    public void Exact_steps_have_the_covariance_of_the_process()
    {
        var ou = new OrnsteinUhlenbeck(0.9, 1.1, mean: 0.5);
        var states = new PathEnsemble(ou, new ExactTransition()).Run(PathEnsemble.SameStart(100_000, 2), [0, 0.3, 1], double.PositiveInfinity, new Rng(6), Parallelism.Single, TestContext.Current.CancellationToken);
        var both = new double[200_000];
        for (var k = 0; k < 100_000; k++) (both[2 * k], both[(2 * k) + 1]) = (states[1].Values[k], states[2].Values[k]);
        var moments = SampleMoments.Of(new Tensor([100_000, 2], both));
        double[] times = [0.3, 1];
        for (var i = 0; i < 2; i++)
        {
            Assert.InRange(moments.Mean.Values[i] - ou.Mean(2, times[i]), -5 * moments.MeanErrors.Values[i], 5 * moments.MeanErrors.Values[i]);
            for (var j = 0; j < 2; j++)
            {
                var error = moments.CovarianceErrors.Values[(2 * i) + j];
                Assert.InRange(moments.Covariance.Values[(2 * i) + j] - ou.Covariance(times[i], times[j]), -5 * error, 5 * error);
            }
        }
    }

    [Fact]
    public void What_is_observed_of_Leimkuhler_and_Matthews_has_the_noise_of_the_next_step()
    {
        var process = new OverdampedLangevin(new HarmonicPotential());
        var states = new PathEnsemble(process, new LeimkuhlerMatthews()).Run(PathEnsemble.SameStart(2, 1), [0, 0.1, 0.2], 0.1, new Rng(2), Parallelism.Single, TestContext.Current.CancellationToken);
        var z = new double[3];
        new Rng(2).Split(1).FillNormal(z);
        var (g, root) = (Math.Sqrt(2), Math.Sqrt(0.1));
        var first = states[1].Values[1];
        Assert.Equal(first - (0.1 * first) + (g * root * (z[1] + z[2]) / 2), states[2].Values[1], 1e-14);
    }

    [Fact]
    public void Bad_input_is_named_in_one_line()
    {
        Assert.StartsWith("PathEnsemble: starts of shape [4, 1]; [N, 2] is needed for OrnsteinUhlenbeck.", Run(Tensor.Zeros([4, 1]), [0, 1], 0.1), StringComparison.Ordinal);
        Assert.StartsWith("PathEnsemble: time 1 follows 1; times must increase.", Run(Tensor.Zeros([4, 2]), [0, 1, 1], 0.1), StringComparison.Ordinal);
        Assert.StartsWith("PathEnsemble: step must be positive.", Run(Tensor.Zeros([4, 2]), [0, 1], double.NaN), StringComparison.Ordinal);
        static string Run(Tensor start, double[] times, double step) =>
            Assert.ThrowsAny<ArgumentException>(() => Ou.Run(start, times, step, new Rng(1), Parallelism.Single)).Message;
    }
}
