using DiffusionSharp.Stochastics.Numerics;
using DiffusionSharp.Stochastics.Processes;

namespace DiffusionSharp.Stochastics.Tests.Processes;

/// <summary>Moments without sampling: on linear equations a step maps moments to moments, and Gauss–Hermite quadrature gives its coefficients exactly.</summary>
public sealed class WeakOrderTests
{
    // Nodes and weights of three points: exact for polynomials up to degree 5 in the normal draw.
    private static readonly (double Z, double Weight)[] Nodes = [(0, 2.0 / 3), (Math.Sqrt(3), 1.0 / 6), (-Math.Sqrt(3), 1.0 / 6)];
    private static readonly double[] Steps = [1 / 8.0, 1 / 16.0, 1 / 32.0, 1 / 64.0];

    public static TheoryData<string> Schemes => [.. All.Select(s => s.GetType().Name)];

    private static ItoIntegrator[] All => [new EulerMaruyama(), new Milstein(), new StratonovichHeun(), new PlatenWeak()];

    [Theory]
    [MemberData(nameof(Schemes))]
    public void The_declared_weak_order_is_met_on_geometric_brownian_motion(string scheme)
    {
        var integrator = All.Single(s => s.GetType().Name == scheme);
        var process = new GeometricBrownianMotion(0.5, 0.4);

        // Stratonovich's reading is Itô's with the drift raised by σ²/2.
        var exact = new GeometricBrownianMotion(integrator.Reading == Calculus.Ito ? 0.5 : 0.5 + 0.08, 0.4);
        foreach (var power in new[] { 1, 2 })
        {
            var errors = Steps.Select(h => Math.Abs(Math.Pow(Nodes.Sum(n => n.Weight * Math.Pow(Next(integrator, process, 1, h, n.Z), power)), 1 / h) - exact.Moment(1, 1, power)));
            Assert.InRange(ConvergenceOrder.Of(Steps, [.. errors]), integrator.WeakOrder - 0.2, integrator.WeakOrder + 0.2);
        }
    }

    [Theory]
    [InlineData(nameof(EulerMaruyama), 1)]
    [InlineData(nameof(Milstein), 1)]
    [InlineData(nameof(StratonovichHeun), 2)]
    [InlineData(nameof(PlatenWeak), 2)]
    public void The_variance_of_an_ornstein_uhlenbeck_process_converges_at_the_order_for_additive_noise(string scheme, int order)
    {
        var integrator = All.Single(s => s.GetType().Name == scheme);
        var process = new OrnsteinUhlenbeck(1.5, 0.7);
        var errors = Steps.Select(h =>
        {
            var (a, b) = Coefficients(integrator, process, h);
            var variance = 0.0;
            for (var n = 0; n < 1 / h; n++) variance = (a * a * variance) + (b * b);
            return Math.Abs(variance - process.Covariance(1, 1));
        });
        Assert.InRange(ConvergenceOrder.Of(Steps, [.. errors]), order - 0.2, order + 0.2);
    }

    [Fact]
    public void The_scheme_of_Leimkuhler_and_Matthews_has_the_exact_variance_in_a_harmonic_well()
    {
        var process = new OverdampedLangevin(new HarmonicPotential(2), temperature: 0.6);
        foreach (var h in new[] { 0.05, 0.3, 0.8 })
        {
            var (a, b) = Coefficients(new LeimkuhlerMatthews(), process, h);
            double[] x = [0], work = new double[3];
            new LeimkuhlerMatthews().Observe(process, x, 0, [Math.Sqrt(h)], work);
            Assert.Equal(0.3, (b * b / (1 - (a * a))) + (x[0] * x[0]), 1e-14);
        }
    }

    [Theory]
    [InlineData(0.2)]
    [InlineData(0.7)]
    public void Baoab_has_the_exact_variance_of_the_position_in_a_harmonic_well(double h)
    {
        var process = new UnderdampedLangevin(new HarmonicPotential(2), friction: 0.8, temperature: 0.6, mass: 0.5);
        Assert.Equal(0.3, Oscillator(process, h, 4000).Qq, 1e-12);
    }

    [Fact]
    public void Baoab_converges_weakly_at_second_order()
    {
        var process = new UnderdampedLangevin(new HarmonicPotential(2), friction: 0.8, temperature: 0.6, mass: 0.5);
        var moments = Steps.Append(1 / 128.0).Select(h => Oscillator(process, h, (int)(1 / h)).Vv).ToArray();
        Assert.InRange(ConvergenceOrder.Of(Steps, [.. Steps.Select((_, i) => Math.Abs(moments[i] - moments[i + 1]))]), 1.8, 2.2);
    }

    private static double Next(ItoIntegrator integrator, ItoProcess process, double x, double h, double z)
    {
        double[] state = [x];
        integrator.Step(process, state, 0, h, [Math.Sqrt(h) * z], new double[integrator.Buffers]);
        return state[0];
    }

    // x′ = a x + b z for a linear drift and additive noise.
    private static (double A, double B) Coefficients(ItoIntegrator integrator, ItoProcess process, double h)
    {
        var zero = Next(integrator, process, 0, h, 0);
        return (Next(integrator, process, 1, h, 0) - zero, Next(integrator, process, 0, h, 1) - zero);
    }

    // Second moments of an oscillator that starts at rest in the middle, after some steps.
    private static (double Qq, double Qv, double Vv) Oscillator(UnderdampedLangevin process, double h, int steps)
    {
        double[] Map(double q, double v, double z)
        {
            double[] x = [q, v];
            new Baoab().Step(process, x, 0, h, [0, Math.Sqrt(h) * z], new double[2]);
            return x;
        }

        double[] a = Map(1, 0, 0), b = Map(0, 1, 0), c = Map(0, 0, 1);
        var (qq, qv, vv) = (0.0, 0.0, 0.0);
        for (var n = 0; n < steps; n++)
        {
            (qq, qv, vv) = (
                (a[0] * a[0] * qq) + (2 * a[0] * b[0] * qv) + (b[0] * b[0] * vv) + (c[0] * c[0]),
                (a[0] * a[1] * qq) + (((a[0] * b[1]) + (a[1] * b[0])) * qv) + (b[0] * b[1] * vv) + (c[0] * c[1]),
                (a[1] * a[1] * qq) + (2 * a[1] * b[1] * qv) + (b[1] * b[1] * vv) + (c[1] * c[1]));
        }

        return (qq, qv, vv);
    }
}
