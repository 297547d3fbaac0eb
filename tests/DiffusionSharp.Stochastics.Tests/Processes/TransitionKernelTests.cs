using DiffusionSharp.Statistics;
using DiffusionSharp.Stochastics.Processes;

namespace DiffusionSharp.Stochastics.Tests.Processes;

public sealed class TransitionKernelTests
{
    [Fact]
    public void The_matrix_of_an_exact_step_is_the_normal_transition_density()
    {
        var ou = new OrnsteinUhlenbeck(0.8, 1.2, mean: 0.3);
        var kernel = new TransitionKernel(ou, new ExactTransition(), 0.2, -6, 6, 161);
        var variance = ou.Covariance(0.2, 0.2);
        foreach (var (i, j) in new[] { (80, 80), (60, 70), (100, 92) })
        {
            var (x, y) = (kernel.Points[i], kernel.Points[j]);
            var density = Math.Exp(NormalLaw.LogDensity((y - ou.Mean(x, 0.2)) * (y - ou.Mean(x, 0.2)), variance, 1));
            Assert.Equal(density * kernel.Spacing, kernel[i, j], 1e-9);
        }

        Assert.Equal(1, kernel.Mean([.. kernel.Points.Select(_ => 1.0)])[80], 1e-9);
        Assert.Equal(ou.StationaryVariance, kernel.Stationary().Zip(kernel.Points, (p, x) => p * (x - 0.3) * (x - 0.3)).Sum(), 1e-7);
    }

    [Fact]
    public void Boltzmanns_law_in_a_harmonic_well_is_normal()
    {
        var law = new BoltzmannLaw(new HarmonicPotential(4), 2, range: 7);
        var deviation = Math.Sqrt(0.5);
        foreach (var x in new[] { -6.9, -1.0, 0, 0.3333, 2 })
        {
            Assert.Equal(NormalLaw.Cumulative(x / deviation), law.Cumulative(x), 1e-9);
            Assert.Equal(Math.Exp(NormalLaw.LogDensity(x * x, 0.5, 1)), law.Density(x), 1e-9);
        }

        Assert.Equal(0.5, law.Mean(x => x * x), 1e-12);
        Assert.Equal((0.0, 1.0), (law.Cumulative(-8), law.Cumulative(8)));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(800)]
    public void The_gap_of_a_harmonic_well_is_its_stiffness_to_second_order_in_the_cells(int cells)
    {
        // (U″ Δx²/kT)/8 is the size of the error of an exponentially fitted flux.
        var width = 12.0 / cells;
        Assert.Equal(3, Relaxation.Rate(new HarmonicPotential(3), 0.5, 6, cells), 3 * 3 * width * width / 0.5);
    }

    [Fact]
    public void Boltzmanns_law_does_not_depend_on_where_the_energy_is_counted_from()
    {
        BoltzmannLaw plain = new(new DoubleWell(), 1), raised = new(new Raised(5000), 1);
        foreach (var x in new[] { -1.3, 0, 0.4 })
        {
            Assert.Equal(plain.Cumulative(x), raised.Cumulative(x), 1e-11);
            Assert.Equal(plain.Density(x), raised.Density(x), 1e-11);
        }
    }

    [Fact]
    public void A_step_that_leads_nowhere_is_named_not_left_out()
    {
        static string Message(FunctionProcess process) => Assert.Throws<InvalidOperationException>(() => new TransitionKernel(process, new EulerMaruyama(), 0.1, -1, 1, 9)).Message;
        Assert.StartsWith("TransitionKernel: at 0 the drift is NaN", Message(FunctionProcess.Scalar((x, _) => x == 0 ? double.NaN : 0, (_, _) => 1)), StringComparison.Ordinal);
        Assert.StartsWith("TransitionKernel: at -1 the drift is 0 and the noise 0;", Message(FunctionProcess.Scalar((_, _) => 0, (_, _) => 0)), StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_input_is_named_in_one_line()
    {
        Assert.StartsWith("TransitionKernel: WienerProcess has 2 dimensions; one is needed.", Assert.Throws<ArgumentException>(() => new TransitionKernel(new WienerProcess(2), new EulerMaruyama(), 0.1, -1, 1, 9)).Message, StringComparison.Ordinal);
        Assert.StartsWith("BoltzmannLaw: temperature must be positive and finite.", Assert.Throws<ArgumentOutOfRangeException>(() => new BoltzmannLaw(new DoubleWell(), double.NaN)).Message, StringComparison.Ordinal);
        Assert.StartsWith("BoltzmannLaw: at an end of ±1 the density is", Assert.Throws<ArgumentOutOfRangeException>(() => new BoltzmannLaw(new DoubleWell(), 1, range: 1)).Message, StringComparison.Ordinal);
        Assert.StartsWith("Relaxation: at least 10 cells are needed.", Assert.Throws<ArgumentOutOfRangeException>(() => Relaxation.Rate(new DoubleWell(), 1, 2, 3)).Message, StringComparison.Ordinal);
    }

    private sealed class Raised(double by) : Potential(1)
    {
        private readonly DoubleWell well = new();

        public override double Energy(ReadOnlySpan<double> x) => well.Energy(x) + by;

        public override void Gradient(ReadOnlySpan<double> x, Span<double> gradient) => well.Gradient(x, gradient);
    }
}
