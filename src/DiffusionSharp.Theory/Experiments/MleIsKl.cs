using DiffusionSharp.Figures;
using DiffusionSharp.Statistics;
using DiffusionSharp.Stochastics.Numerics;
using DiffusionSharp.Tensors;
using DiffusionSharp.Theory.Laboratory;
using MathNet.Numerics.Distributions;
using static DiffusionSharp.Stochastics.Numerics.Powers;

namespace DiffusionSharp.Theory.Experiments;

/// <summary>Maximum likelihood is the least KL divergence: the two differ by the entropy of the data, whatever the parameters.</summary>
/// <remarks>The data is a mixture of two normals; the family, single normals, does not contain it, as no family of models ever contains its data.</remarks>
public sealed class MleIsKl : Experiment
{
    private const double Far = 14; // where both laws are below 1e-30
    private const int Intervals = 4000;

    // The data: two normals.
    private static readonly (double Weight, Normal Law)[] Components = [(0.35, new Normal(-1.5, 0.6)), (0.65, new Normal(1, 0.8))];

    // The points of all integrals over the data, with ln p and p at each; the ends are so far out that their halves do not matter.
    private static readonly double[] Points = Quadrature.Points(-Far, Far, Intervals + 1);
    private static readonly double[] LogDensities = [.. Points.Select(LogData)];
    private static readonly double[] Masses = [.. LogDensities.Select(l => Math.Exp(l) * 2 * Far / Intervals)];

    /// <summary>The sign and factor of the divergence in ℓ(θ) = −KL − H: the formula under test.</summary>
    public double DivergenceFactor { get; init; } = 1;

    /// <summary>Whether the samples of a mean are independent; otherwise every one of them is drawn twice.</summary>
    public bool Independent { get; init; } = true;

    /// <inheritdoc/>
    public override string Name => "mle-is-kl";

    /// <inheritdoc/>
    public override string Title => "Maximum likelihood is minimum KL";

    /// <inheritdoc/>
    public override string Claim =>
        "The expected log-likelihood of the data under a model and minus the KL divergence from data to model differ by a constant, the entropy of the data. " +
        "So the parameters that are best for one are best for the other, and a mean over m samples finds them with an error that falls as 1/√m.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Formula =>
    [
        "ℓ(θ) = E_p[ln q_θ(x)] = −KL(p ‖ q_θ) − H(p)",
        "arg max_θ ℓ(θ) = arg min_θ KL(p ‖ q_θ)",
        "(1/m) Σ_k ln q_θ(x_k) → ℓ(θ), error √(var[ln q_θ(x)]/m)",
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sources =>
    [
        "Kullback and Leibler 1951, \"On information and sufficiency\"",
        "White 1982, \"Maximum likelihood estimation of misspecified models\", section 2",
    ];

    /// <inheritdoc/>
    protected override void Measure(ExperimentContext context, Rng rng, Notebook notebook)
    {
        var mean = Components.Sum(c => c.Weight * c.Law.Mean);
        var variance = Components.Sum(c => c.Weight * (c.Law.Variance + Square(c.Law.Mean - mean)));
        var entropy = -LogDensities.Zip(Masses, (l, m) => l * m).Sum();
        notebook.Report("entropy of the data, nats", entropy);

        Difference(notebook, mean, variance, entropy);
        Peaks(notebook, mean, variance);
        Sampling(context, rng, notebook, mean, variance);
    }

    private static double LogData(double x) => Math.Log(Components.Sum(c => c.Weight * c.Law.Density(x)));

    // E_p[ln q_θ] in closed form: only the first two moments of the data enter.
    private static double Likelihood(double mu, double sigma, double mean, double variance) =>
        -(Math.Log(2 * Math.PI * sigma * sigma) / 2) - ((variance + Square(mean - mu)) / (2 * sigma * sigma));

    private static double Divergence(double mu, double sigma)
    {
        var model = new Normal(mu, sigma);
        var sum = 0.0;
        for (var i = 0; i < Points.Length; i++) sum += Masses[i] * (LogDensities[i] - model.DensityLn(Points[i]));
        return sum;
    }

    private void Difference(Notebook notebook, double mean, double variance, double entropy)
    {
        var means = Quadrature.Points(-2, 2, 41);
        var deviations = Quadrature.Points(0.6, 3, 25);
        var worst = 0.0;
        foreach (var sigma in deviations)
            foreach (var mu in means)
                worst = Math.Max(worst, Math.Abs(Likelihood(mu, sigma, mean, variance) + (DivergenceFactor * Divergence(mu, sigma)) + entropy));

        // p ln(p/q) reaches about 25 where q is narrowest; the sum has as many terms as there are intervals.
        notebook.Equal("largest |ℓ(θ) + KL(p‖q_θ) + H(p)| over 41 × 25 parameters, nats", worst, 0, Tolerance.Rounding(25, Intervals));

        var curves = new[] { 0.8, Math.Sqrt(variance), 2.4 };
        notebook.Figure(
            "shifted",
            "For three widths of the model: log-likelihood (solid) and −KL (dashed) over the model's mean. " +
            "Everywhere the same distance apart, the entropy of the data; the peaks share one place.",
            new SvgPlot(
            [
                .. curves.Select((s, i) => new LineSeries(
                    FormattableString.Invariant($"ℓ, σ = {s:0.00}"),
                    means,
                    [.. means.Select(m => Likelihood(m, s, mean, variance))]) { Color = PlotTheme.Paper.Colors[i] }),
                .. curves.Select((s, i) => new LineSeries(
                    i == 0 ? "−KL, in the same colours" : "",
                    means,
                    [.. means.Select(m => -Divergence(m, s))]) { Color = PlotTheme.Paper.Colors[i], Dashed = true }),
            ])
            { Title = "Two curves, one constant apart", XLabel = "mean μ of the model", YLabel = "nats" });
    }

    private static void Peaks(Notebook notebook, double mean, double variance)
    {
        // The peak of ℓ is known: the moments of the data. The least divergence is searched for without knowing them.
        var (mu, sigma) = (0.0, 1.0);
        for (var round = 0; round < 3; round++)
        {
            var (m, v) = (mu, sigma);
            mu = Golden(at => Divergence(at, v), -3, 3);
            sigma = Golden(at => Divergence(m, at), 0.3, 4);
        }

        // At a minimum f rises by f″ δ²/2: rounding ρ of f hides δ = √(2ρ/f″); f″ = 1/σ² here, ρ = 4000 · 2⁻⁵³ · 3.
        var hidden = 2 * Math.Sqrt(2 * Intervals * Math.Pow(2, -53) * 3 * variance);
        var tolerance = new Tolerance(hidden, "a minimum is found to the root of the rounding of what is minimised");
        notebook.Equal("mean of the model of least KL against the data's mean", mu, mean, tolerance);
        notebook.Equal("deviation of the model of least KL against the data's", sigma, Math.Sqrt(variance), tolerance);

        var x = Quadrature.Points(-5, 5, 401);
        var best = new Normal(mean, Math.Sqrt(variance));
        double[] data = [.. x.Select(v => Math.Exp(LogData(v)))];
        notebook.Figure(
            "best",
            "The data's density and the best normal for it. " +
            "Maximum likelihood covers all of the data, also at the price of a hill where the data has a valley.",
            new SvgPlot([new BandSeries("data p(x)", x, data, new double[x.Length]), new LineSeries("best model q_θ(x)", x, [.. x.Select(best.Density)])])
            { Title = "What maximum likelihood finds", XLabel = "x", YLabel = "density" });
    }

    private static double Golden(Func<double, double> f, double low, double high)
    {
        var ratio = (Math.Sqrt(5) - 1) / 2;
        while (high - low > 1e-9)
        {
            var (a, b) = (high - (ratio * (high - low)), low + (ratio * (high - low)));
            if (f(a) < f(b)) high = b;
            else low = a;
        }

        return (low + high) / 2;
    }

    private void Sampling(ExperimentContext context, Rng rng, Notebook notebook, double mean, double variance)
    {
        const double mu = 0.5, sigma = 1.2;
        var model = new Normal(mu, sigma);
        var exact = Likelihood(mu, sigma, mean, variance);
        var spread = Points.Zip(Masses, (x, m) => m * Square(model.DensityLn(x) - exact)).Sum();
        var kurtosis = (Points.Zip(Masses, (x, m) => m * Square(Square(model.DensityLn(x) - exact))).Sum() / Square(spread)) - 3;
        var repetitions = context.Size(full: 1000, quick: 200);
        int[] counts = [16, 64, 256, 1024, 4096];

        var errors = new double[counts.Length];
        for (var i = 0; i < counts.Length; i++)
        {
            var draws = rng.Split("samples").Split(i);
            var means = new double[repetitions];
            var m = counts[i];
            context.Parallelism.For(repetitions, r => means[r] = Mean(draws.Split(r), m, model));
            var measured = Measurement.OfMean(means);
            errors[i] = Math.Sqrt(means.Sum(v => Square(v - exact)) / repetitions);
            notebook.Equal($"mean of ln q_θ over {m} samples, averaged over {repetitions} repetitions, against ℓ(θ)", measured, exact);

            // A mean of m values has 1/m of their excess kurtosis; the share by which a root mean square is off is half that of the mean square.
            var predicted = Math.Sqrt(spread / m);
            notebook.Equal(
                $"rms error of a mean over {m} samples against √(var/m)",
                errors[i],
                predicted,
                Tolerance.OfMeanSquare(repetitions, predicted / 2, 1, k4: kurtosis / m));
        }

        double[] sizes = [.. counts.Select(c => (double)c)];
        notebook.Figure(
            "sampling",
            "Error of the average log-likelihood of m samples (dots) and √(var/m) (dashed).",
            new SvgPlot(
            [
                new LineSeries("measured", sizes, errors) { Markers = true, Width = 1.2 },
                new LineSeries("√(var[ln q]/m)", sizes, [.. sizes.Select(m => Math.Sqrt(spread / m))]) { Dashed = true },
            ])
            { Title = "From samples to the expectation", XLabel = "samples m", YLabel = "rms error, nats", XScale = AxisScale.Log, YScale = AxisScale.Log });
    }

    private double Mean(Rng rng, int count, Normal model)
    {
        var sum = 0.0;
        for (var k = 0; k < count; k++)
        {
            var at = 4 * (ulong)(Independent ? k : k / 2);
            var u = rng.Uniform(at);
            var law = u < Components[0].Weight ? Components[0].Law : Components[1].Law;
            sum += model.DensityLn(law.Mean + (law.StdDev * rng.Normal(at + 2)));
        }

        return sum / count;
    }
}
