using DiffusionSharp.Distances;
using DiffusionSharp.Figures;
using DiffusionSharp.Stochastics.Laws;
using DiffusionSharp.Stochastics.Numerics;
using DiffusionSharp.Tensors;
using DiffusionSharp.Theory.Laboratory;
using MathNet.Numerics.Distributions;

namespace DiffusionSharp.Theory.Experiments;

/// <summary>Any law on the line is a uniform number sent through its inverse distribution function, known in closed form or from a table.</summary>
/// <remarks>The table is of a mixture of normals, whose distribution function has no inverse in closed form.</remarks>
public sealed class InverseCdf : Experiment
{
    private const double Rate = 1.5, Middle = 0.7, Scale = 0.4;
    private const double Low = -8, High = 8; // where the mixture has less than 1e-30 left

    private static readonly (double Weight, Normal Law)[] Components =
    [
        (0.3, new Normal(-1.6, 0.5)),
        (0.5, new Normal(0.4, 0.6)),
        (0.2, new Normal(2.2, 0.45)),
    ];

    /// <summary>F⁻¹ of the exponential law of rate 1.5: a formula under test.</summary>
    public Func<double, double> Exponential { get; init; } = u => -Math.Log(1 - u) / Rate;

    /// <summary>F⁻¹ of the logistic law of mean 0.7 and scale 0.4: a formula under test.</summary>
    public Func<double, double> Logistic { get; init; } = u => Middle + (Scale * Math.Log(u / (1 - u)));

    /// <summary>F⁻¹ of Cauchy's law at 0.7 with scale 0.4: a formula under test.</summary>
    public Func<double, double> Cauchy { get; init; } = u => Middle + (Scale * Math.Tan(Math.PI * (u - 0.5)));

    /// <summary>Integral of a density over a cell of the table, from its values at both ends and the spacing: the rule under test.</summary>
    public Func<double, double, double, double> CellMass { get; init; } = (left, right, h) => h * (left + right) / 2;

    /// <inheritdoc/>
    public override string Name => "inverse-cdf";

    /// <inheritdoc/>
    public override string Title => "Sampling through the inverse distribution function";

    /// <inheritdoc/>
    public override string Claim =>
        "If u is uniform on (0, 1), x = F⁻¹(u) has the distribution function F: every law on the line is a stretched uniform law. " +
        "Where F has no inverse in closed form a table does as well, with an error in distribution that falls as the square of its spacing.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Formula =>
    [
        "P(F⁻¹(u) ≤ x) = P(u ≤ F(x)) = F(x)",
        "F_(i+1) = F_i + h (p_i + p_(i+1))/2, linear between",
        "sup_x |F_table(x) − F(x)| = (5/24) h² max|p′| + O(h⁴)",
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sources =>
    [
        "Devroye 1986, \"Non-Uniform Random Variate Generation\", section II.2",
        "Massart 1990, \"The tight constant in the Dvoretzky–Kiefer–Wolfowitz inequality\"",
        "Rosenblatt 1952, \"Remarks on a multivariate transformation\"",
    ];

    /// <inheritdoc/>
    protected override void Measure(ExperimentContext context, Rng rng, Notebook notebook)
    {
        var samples = context.Size(full: 1_000_000, quick: 50_000);
        Analytic(rng, notebook, samples);
        var tables = Spacings(notebook, context.Size(full: 7, quick: 5));
        Sampled(rng, notebook, samples, tables[^1]);
    }

    private static double Density(double x) => Components.Sum(c => c.Weight * c.Law.Density(x));

    private static double Cumulative(double x) => Components.Sum(c => c.Weight * c.Law.CumulativeDistribution(x));

    // p′ and p‴ of the mixture: −z φ(z)/σ² and −(z³ − 3z) φ(z)/σ⁴ of each normal.
    private static double Slope(double x) => Components.Sum(c => -c.Weight * (x - c.Law.Mean) / c.Law.Variance * c.Law.Density(x));

    private static double ThirdDerivative(double x) => Components.Sum(c =>
    {
        var z = (x - c.Law.Mean) / c.Law.StdDev;
        return -c.Weight * z * ((z * z) - 3) / Math.Pow(c.Law.StdDev, 3) * c.Law.Density(x);
    });

    private static double[] Draw(Rng rng, int count, Func<double, double> inverse)
    {
        var x = new double[count];
        for (var k = 0; k < count; k++) x[k] = inverse(((rng.Bits((ulong)k) >> 11) + 0.5) * Math.Pow(2, -53)); // never 0 or 1
        return x;
    }

    private void Analytic(Rng rng, Notebook notebook, int samples)
    {
        var u = Quadrature.Points(0.0005, 0.9995, 1999);
        (string Name, Func<double, double> Inverse, IContinuousDistribution Law)[] laws =
        [
            ("exponential", Exponential, new Exponential(Rate)),
            ("logistic", Logistic, new Logistic(Middle, Scale)),
            ("Cauchy", Cauchy, new Cauchy(Middle, Scale)),
        ];
        foreach (var (name, inverse, law) in laws)
        {
            // Both functions take a dozen operations; F forgives an error of x as |x p(x)| ≤ 1 does.
            var worst = u.Max(v => Math.Abs(law.CumulativeDistribution(inverse(v)) - v));
            notebook.Equal($"{name}: largest |F(F⁻¹(u)) − u| over {u.Length} points", worst, 0, Tolerance.Rounding(1, 24));
            var distance = KolmogorovSmirnov.Test(Draw(rng.Split(name), samples, inverse), law.CumulativeDistribution);
            notebook.Equal($"{name}: Kolmogorov distance of {samples} samples to F", distance.Statistic, 0, Tolerance.OfKolmogorov(samples));
        }
    }

    private InverseCdfTable[] Spacings(Notebook notebook, int count)
    {
        var fine = Quadrature.Points(Low, High, 40_001);
        var (slope, third) = (fine.Max(x => Math.Abs(Slope(x))), fine.Max(x => Math.Abs(ThirdDerivative(x))));
        var tables = new InverseCdfTable[count];
        double[] spacings = new double[count], errors = new double[count];
        for (var i = 0; i < count; i++)
        {
            tables[i] = new InverseCdfTable(Low, High, 80 << i, Density, CellMass);
            (spacings[i], errors[i]) = (tables[i].Spacing, tables[i].Distance(Cumulative));

            // The steepest place lies up to h/2 from the middle of a cell: p′ there is less by h² p‴/8; the next terms of the interpolation
            // and of Euler and Maclaurin's formula are h⁴ p‴/384 and h⁴ p‴/720. Together below h⁴ p‴/16.
            var h = spacings[i];
            notebook.Equal(
                FormattableString.Invariant($"table of spacing {h:G3}: sup |F_table − F| against (5/24) h² max|p′|"),
                errors[i],
                5.0 / 24 * h * h * slope,
                new Tolerance(h * h * h * h * third / 16, "next term of the expansion, h⁴ max|p‴|/16").Plus(Tolerance.Rounding(1, 80 << i)));
        }

        notebook.Equal(
            "order of the table's error in its spacing",
            ConvergenceOrder.Of(spacings, errors),
            2,
            new Tolerance(
                0.05,
                "the next term is at most 13 % of the first at the widest spacing, which has weight 0.29 in the slope, and falls fourfold a halving"));
        notebook.Figure(
            "spacing",
            "Largest difference between the distribution function of a table and the exact one (dots) over the table's spacing, " +
            "and its leading term (5/24) h² max|p′| (dashed).",
            new SvgPlot(
            [
                new LineSeries("measured", spacings, errors) { Markers = true, Width = 1.2 },
                new LineSeries("(5/24) h² max|p′|", spacings, [.. spacings.Select(h => 5.0 / 24 * h * h * slope)]) { Dashed = true },
            ])
            {
                Title = "A table half as wide is four times as good",
                XLabel = "spacing h of the table, units of x",
                YLabel = "sup |F_table − F|",
                XScale = AxisScale.Log,
                YScale = AxisScale.Log,
            });

        // What a table of the same spacing would need in d dimensions: why the rest of the course exists.
        var entries = Math.Log10((High - Low) / spacings[^1]);
        foreach (var d in new[] { 2, 3, 784 })
            notebook.Report($"decimal digits in the number of entries of a table as fine in {d} dimensions", Math.Floor(d * entries) + 1);
        return tables;
    }

    private static void Sampled(Rng rng, Notebook notebook, int samples, InverseCdfTable table)
    {
        var x = Draw(rng.Split("table"), samples, table.Quantile);
        var distance = KolmogorovSmirnov.Test(x, Cumulative);
        notebook.Equal(
            $"mixture: Kolmogorov distance of {samples} samples of the finest table to F",
            distance.Statistic,
            0,
            Tolerance.OfKolmogorov(samples).Plus(new Tolerance(table.Distance(Cumulative), "the table's own distance")));

        var axis = Quadrature.Points(-4, 4, 401);
        double[] levels = [.. Enumerable.Range(0, 24).Select(i => (i + 0.5) / 24)];
        notebook.Figure(
            "through",
            "Left: 24 equally spaced u (left axis) walk right to the curve F and down to x = F⁻¹(u); where F is steep they crowd together. " +
            "Right: a histogram of samples of the table and the density.",
            new SvgPlot(
            [
                new LineSeries(
                    "",
                    [.. levels.SelectMany(u => new[] { -4, table.Quantile(u), table.Quantile(u), double.NaN })],
                    [.. levels.SelectMany(u => new[] { u, u, 0, double.NaN })]) { Color = PlotTheme.Paper.Colors[5], Width = 0.9 },
                new LineSeries("F(x)", axis, [.. axis.Select(Cumulative)]) { Color = PlotTheme.Paper.Colors[0], Width = 2.2 },
                new PointSeries(
                    "x = F⁻¹(u)",
                    [.. levels.Select(table.Quantile)],
                    new double[levels.Length]) { Color = PlotTheme.Paper.Colors[1], Radius = 3, Opacity = 1 },
            ])
            { Title = "From u to x", XLabel = "x", YLabel = "u = F(x)", XRange = (-4, 4), YRange = (-0.03, 1) },
            new SvgPlot(
            [
                HistogramSeries.Of("samples of the table", x, 64, (-4, 4)),
                new LineSeries("density p(x)", axis, [.. axis.Select(Density)]) { Dashed = true, Color = PlotTheme.Paper.Colors[1] },
            ])
            { Title = "What comes out", XLabel = "x", YLabel = "density" });

        // The coarse table's law is a staircase of uniform pieces.
        var coarse = new InverseCdfTable(Low, High, 32, Density, (left, right, h) => h * (left + right) / 2);
        notebook.Figure(
            "coarse",
            "A table of spacing 0.5: the density that it really samples (steps) beside the exact one, and the difference of the distribution functions.",
            new SvgPlot(
            [
                new LineSeries("law of the table", coarse.Steps.X, coarse.Steps.Density),
                new LineSeries("density p(x)", axis, [.. axis.Select(Density)]) { Dashed = true },
            ])
            { Title = "A coarse table samples a staircase", XLabel = "x", YLabel = "density", XRange = (-4, 4) },
            new SvgPlot([new LineSeries("F_table − F", axis, [.. axis.Select(v => coarse.Cumulative(v) - Cumulative(v))])])
            { Title = "Its error in distribution", XLabel = "x", YLabel = "F_table − F" });
    }
}
