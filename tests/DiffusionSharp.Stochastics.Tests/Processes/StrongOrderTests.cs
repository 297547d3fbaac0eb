using DiffusionSharp.Stochastics.Numerics;
using DiffusionSharp.Stochastics.Processes;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Stochastics.Tests.Processes;

/// <summary>Errors on the same Wiener path against the exact solution on it.</summary>
public sealed class StrongOrderTests
{
    private const int Paths = 2000, Finest = 8;
    private static readonly int[] Levels = [4, 5, 6, 7, 8];

    public static TheoryData<string> Schemes => [.. All.Select(s => s.GetType().Name)];

    private static ItoIntegrator[] All => [new EulerMaruyama(), new Milstein(), new StratonovichHeun(), new PlatenWeak()];

    [Theory]
    [MemberData(nameof(Schemes))]
    public void The_declared_strong_order_is_met_on_geometric_brownian_motion(string scheme)
    {
        var integrator = All.Single(s => s.GetType().Name == scheme);
        var process = new GeometricBrownianMotion(0.5, 0.8);
        Assert.InRange(Order(integrator, process, (_, w) => process.Solution(1, 1, w[^1], integrator.Reading)), integrator.StrongOrder(process.Noise)!.Value - 0.2, integrator.StrongOrder(process.Noise)!.Value + 0.2);
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public void The_declared_strong_order_is_met_on_the_ornstein_uhlenbeck_process(string scheme)
    {
        var integrator = All.Single(s => s.GetType().Name == scheme);
        var process = new OrnsteinUhlenbeck(1.5, 0.7);
        double Exact(int path, double[] w)
        {
            var (x, h) = (1.0, 1.0 / (w.Length - 1));
            for (var i = 1; i < w.Length; i++) x = process.AlongPath(x, h, w[i] - w[i - 1], new Rng(99).Split(path).Normal((ulong)i));
            return x;
        }

        Assert.InRange(Order(integrator, process, Exact), integrator.StrongOrder(NoiseKind.Additive)!.Value - 0.2, integrator.StrongOrder(NoiseKind.Additive)!.Value + 0.2);
    }

    // The slope of ln rms error over ln h.
    private static double Order(ItoIntegrator integrator, ItoProcess process, Func<int, double[], double> exact)
    {
        var squares = new double[Levels.Length];
        for (var k = 0; k < Paths; k++)
        {
            var path = new WienerPath(new Rng(5).Split(k));
            var expected = exact(k, path.Values(Finest));
            for (var l = 0; l < Levels.Length; l++)
            {
                var error = integrator.Follow(process, [1], 0, 1.0 / (1 << Levels[l]), path.Increments(Levels[l]))[^1] - expected;
                squares[l] += error * error / Paths;
            }
        }

        return ConvergenceOrder.Of([.. Levels.Select(l => 1.0 / (1 << l))], [.. squares.Select(Math.Sqrt)]);
    }
}
