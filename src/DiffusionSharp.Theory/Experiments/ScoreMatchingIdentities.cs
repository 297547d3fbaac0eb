using DiffusionSharp.Figures;
using DiffusionSharp.Statistics;
using DiffusionSharp.Stochastics.Laws;
using DiffusionSharp.Stochastics.Numerics;
using DiffusionSharp.Tensors;
using DiffusionSharp.Theory.Laboratory;
using DiffusionSharp.Theory.Scores;
using MathNet.Numerics.LinearAlgebra;
using static DiffusionSharp.Stochastics.Numerics.Powers;

namespace DiffusionSharp.Theory.Experiments;

/// <summary>Explicit, implicit, sliced and denoising score matching are one objective up to constants, and what all of them cannot see.</summary>
/// <remarks>The models are linear in their parameters, so every objective is a quadratic form and every minimiser the solution of a linear system.</remarks>
public sealed class ScoreMatchingIdentities : Experiment
{
    private const double Far = 7; // ten standard deviations from the outer mode
    private const int Intervals = 1400;
    private const double NoiseFar = 9;

    // The data: two normals of deviation 0.5 with almost nothing between them.
    private static readonly LineMixture Data = LineMixture.OfVariance([0.3, 0.7], [-2, 2], 0.25);

    // The middle of the valley and the taller mode.
    private static readonly double[] Checked = [0, 2];

    private static readonly double[] Levels = [0.1, 0.5, 2];

    /// <summary>What multiplies the divergence in the implicit objective E[½|s|² + ∇·s]: the formula under test.</summary>
    public double DivergenceFactor { get; init; } = 1;

    /// <summary>The power of σ in the target −ε/σᵖ of the denoising objective: the formula under test.</summary>
    public double TargetPower { get; init; } = 1;

    /// <summary>The length of the directions of the sliced objective in the plane; E vvᵀ = I needs √2.</summary>
    public double DirectionLength { get; init; } = Math.Sqrt(2);

    /// <inheritdoc/>
    public override string Name => "score-matching";

    /// <inheritdoc/>
    public override string Title => "Four ways to match a score";

    /// <inheritdoc/>
    public override string Claim =>
        "Explicit, implicit, sliced and denoising score matching differ by constants that no parameter changes, so all find the true score, " +
        "three of them without knowing it. " +
        "Where the data has almost no samples none of them can: between two modes the score is guesswork, until noise fills the gap. " +
        "That is why diffusion models learn many noise levels.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Formula =>
    [
        "J_E = ½ E|s(x) − ∇ ln p(x)|²",
        "J_I = E[½|s(x)|² + ∇·s(x)] = J_E − ½ E|∇ ln p(x)|²",
        "J_S = E[½(vᵀs(x))² + vᵀ∇s(x)v] = J_I where E vvᵀ = I",
        "J_D = ½ E|s(x₀ + σε) + ε/σ|² = J_E at p_σ + ½ d/σ² − ½ E|∇ ln p_σ(x)|²",
        "var ŝ(x) = φ(x)ᵀ A⁻¹ Γ A⁻¹ φ(x)/n,  A = E φφᵀ: large where p is small",
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sources =>
    [
        "Hyvärinen 2005, \"Estimation of non-normalized statistical models by score matching\", theorem 1",
        "Vincent 2011, \"A connection between score matching and denoising autoencoders\", section 4.2",
        "Song et al. 2019, arXiv:1905.07088, equations 7 and 8 (sliced)",
        "Song and Ermon 2019, arXiv:1907.05600, sections 3.2.1 and 4 (low density, noise levels)",
    ];

    /// <inheritdoc/>
    protected override void Measure(ExperimentContext context, Rng rng, Notebook notebook)
    {
        OnTheLine(context, rng, notebook);
        new PlaneObjectives(DirectionLength, DivergenceFactor).Measure(context, rng.Split("plane"), notebook);
        LowDensity(context, rng.Split("low density"), notebook);
    }

    private void OnTheLine(ExperimentContext context, Rng rng, Notebook notebook)
    {
        var features = Features(0);
        var (explicitly, implicitly) = (Explicit(Data, features), Implicit(Data, features));
        var truth = Vector<double>.Build.DenseOfArray(features.Truth);

        // Parameters away from the truth: the constant must be the same at all of them.
        var others = Enumerable.Range(
            0,
            20).Select(i => truth + Vector<double>.Build.Dense(features.Count, j => rng.Split("parameters").Split(i).Normal(2 * (ulong)j))).ToArray();
        var constant = -0.5 * Quadrature.Integrate(x => Data.Density(x) * Data.Score(x) * Data.Score(x), -Far, Far, Intervals);

        // Terms reach ½ p s² of about 10² in the worst of these models.
        notebook.Equal(
            "largest |J_I − J_E + ½ E|∇ ln p|²| at 20 parameters",
            others.Max(t => Math.Abs(implicitly.Value(t) - explicitly.Value(t) - constant)),
            0,
            Tolerance.Rounding(1e2, Intervals));
        Minimiser(notebook, "explicit", explicitly, truth);
        Minimiser(notebook, "implicit", implicitly, truth);
        var noised = new List<(double Sigma, QuadraticObjective Denoising, QuadraticObjective Explicit, Vector<double> Truth)>();
        foreach (var sigma in Levels[1..])
        {
            var (law, own) = (Data.Noised(sigma), Features(sigma));
            var (denoising, direct) = (Denoising(own, sigma), Explicit(law, own));
            var reach = Reach(sigma);
            var shift = (0.5 / (sigma * sigma)) - (0.5 * Quadrature.Integrate(x => law.Density(x) * law.Score(x) * law.Score(x), -reach, reach, Intervals));
            var best = Vector<double>.Build.DenseOfArray(own.Truth);
            var around = others.Select(o => best + (o - truth)).ToArray();
            notebook.Equal(
                FormattableString.Invariant($"σ = {sigma}: largest |J_D − J_E − (½/σ² − ½ E|∇ ln p_σ|²)| at 20 parameters"),
                around.Max(t => Math.Abs(denoising.Value(t) - direct.Value(t) - shift)),
                0,
                Tolerance.Rounding(1e2, denoising.Terms));
            Minimiser(notebook, FormattableString.Invariant($"σ = {sigma}: denoising"), denoising, best);
            noised.Add((sigma, denoising, direct, best));
        }

        BySamples(context, rng.Split("samples"), notebook, features, truth, others[0], (explicitly, implicitly));

        double[] steps = Quadrature.Points(-1, 1, 81);
        var direction = others[0] - truth;
        LineSeries Curve(string name, QuadraticObjective j, Vector<double> centre, int color, bool dashed) =>
            new(name, steps, [.. steps.Select(a => j.Value(centre + (a * direction)))]) { Color = PlotTheme.Paper.Colors[color], Dashed = dashed };
        notebook.Figure(
            "constants",
            "The objectives along a line of parameters through the truth (0). " +
            "Left on clean data, right at noise σ = 0.5: the same parabola at different heights, least at the same place.",
            new SvgPlot([Curve("explicit J_E", explicitly, truth, 0, true), Curve("implicit J_I", implicitly, truth, 1, false)])
            {
                Title = "Clean data",
                XLabel = "step along a line of parameters",
                YLabel = "objective",
                Width = 480,
            },
            new SvgPlot(
            [
                Curve("explicit J_E at p_σ", noised[0].Explicit, noised[0].Truth, 0, true),
                Curve("denoising J_D", noised[0].Denoising, noised[0].Truth, 2, false),
            ])
            {
                Title = "Noise σ = 0.5",
                XLabel = "step along a line of parameters",
                YLabel = "objective",
                Width = 480,
            });
    }

    private static ScoreFeatures Features(double sigma) => new(Data.Noised(sigma), [-3, -1, 1, 3], 0.7);

    private static double Reach(double sigma) => 2 + (10 * Math.Sqrt(0.25 + (sigma * sigma)));

    private static QuadraticObjective Explicit(LineMixture law, ScoreFeatures features)
    {
        var objective = new QuadraticObjective(features.Count);
        double[] phi = new double[features.Count], slope = new double[features.Count], cross = new double[features.Count];
        var reach = Reach(Math.Sqrt(law.Components[0].Variance - 0.25));
        var points = Quadrature.Points(-reach, reach, Intervals + 1);
        foreach (var x in points)
        {
            features.At(x, phi, slope);
            var s = law.Score(x);
            for (var i = 0; i < cross.Length; i++) cross[i] = -phi[i] * s;
            objective.Add(law.Density(x) * (points[1] - points[0]), phi, cross, s * s / 2);
        }

        return objective;
    }

    private QuadraticObjective Implicit(LineMixture law, ScoreFeatures features)
    {
        var objective = new QuadraticObjective(features.Count);
        double[] phi = new double[features.Count], slope = new double[features.Count];
        var points = Quadrature.Points(-Far, Far, Intervals + 1);
        foreach (var x in points)
        {
            features.At(x, phi, slope);
            for (var i = 0; i < slope.Length; i++) slope[i] *= DivergenceFactor;
            objective.Add(law.Density(x) * (points[1] - points[0]), phi, slope, 0);
        }

        return objective;
    }

    // Over data and noise, not over the noisy law, which this side never sees.
    private QuadraticObjective Denoising(ScoreFeatures features, double sigma, QuadraticObjective? ofGradients = null)
    {
        var objective = new QuadraticObjective(features.Count);
        double[] phi = new double[features.Count], slope = new double[features.Count], cross = new double[features.Count];
        var (data, noise) = (Quadrature.Points(-Far, Far, 351), Quadrature.Points(-NoiseFar, NoiseFar, 181));
        var cell = (data[1] - data[0]) * (noise[1] - noise[0]);
        foreach (var x0 in data)
        {
            var weight = Data.Density(x0) * cell;
            foreach (var eps in noise)
            {
                features.At(x0 + (sigma * eps), phi, slope);
                var target = -eps / Math.Pow(sigma, TargetPower);
                for (var i = 0; i < cross.Length; i++) cross[i] = -phi[i] * target;
                var mass = weight * Math.Exp(-eps * eps / 2) / Math.Sqrt(2 * Math.PI);
                objective.Add(mass, phi, cross, target * target / 2);
                ofGradients?.Add(mass, cross, cross, 0);
            }
        }

        return objective;
    }

    private static void Minimiser(Notebook notebook, string what, QuadraticObjective objective, Vector<double> truth) =>
        notebook.Equal(
            $"{what}: rms distance of the minimiser's score from the true one",
            objective.Distance(objective.Minimiser, truth),
            0,
            new Tolerance(
                objective.RoundingOfMinimiser(truth),
                FormattableString.Invariant($"rounding of sums over {objective.Terms} points, enlarged by the condition number {objective.Condition:G2}")));

    private void BySamples(
        ExperimentContext context,
        Rng rng,
        Notebook notebook,
        ScoreFeatures features,
        Vector<double> truth,
        Vector<double> theta,
        (QuadraticObjective Explicit, QuadraticObjective Implicit) exact)
    {
        var count = context.Size(full: 200_000, quick: 20_000);
        const double sigma = 0.5;
        var (own, denoisingTheta) = (Features(sigma), Vector<double>.Build.DenseOfArray(Features(sigma).Truth) + (theta - truth));
        var (ofExplicit, ofImplicit, ofDenoising) = (new double[count], new double[count], new double[count]);
        const int tile = 1000;
        context.Parallelism.For(count / tile, t =>
        {
            double[] phi = new double[features.Count], slope = new double[features.Count];
            for (var k = t * tile; k < (t + 1) * tile; k++)
            {
                var x = Data.Draw(rng.Split("data"), k);
                features.At(x, phi, slope);
                var (s, divergence) = (Dot(theta, phi), Dot(theta, slope));
                ofExplicit[k] = Square(s - Data.Score(x)) / 2;
                ofImplicit[k] = (s * s / 2) + (DivergenceFactor * divergence);
                var eps = rng.Split("noise").Normal(2 * (ulong)k);
                own.At(x + (sigma * eps), phi, slope);
                ofDenoising[k] = Square(Dot(denoisingTheta, phi) + (eps / Math.Pow(sigma, TargetPower))) / 2;
            }
        });
        notebook.Equal($"J_E over {count} samples against quadrature", Measurement.OfMean(ofExplicit), exact.Explicit.Value(theta));
        notebook.Equal($"J_I over {count} samples against quadrature", Measurement.OfMean(ofImplicit), exact.Implicit.Value(theta));
        notebook.Equal($"J_D over {count} samples against quadrature", Measurement.OfMean(ofDenoising), Denoising(own, sigma).Value(denoisingTheta));
    }

    private void LowDensity(ExperimentContext context, Rng rng, Notebook notebook)
    {
        // Local features, so that the score at a place is learned from the samples there.
        var features = new ScoreFeatures(null, Quadrature.Points(-4, 4, 21), 0.4);
        var samples = context.Size(full: 10_000, quick: 4000);
        var fits = context.Size(full: 400, quick: 80);
        (double Sigma, double[] Predicted, double[] Measured, double[][] Fits, double[] Best)[] levels = [.. Levels.Select(Level)];
        var places = Quadrature.Points(-4, 4, 81);
        double At(double[] curve, double x) => curve[Array.FindIndex(places, p => Math.Abs(p - x) < 1e-9)];

        var low = levels[0];
        notebook.Report("σ = 0.1: share of the samples in the valley |x| < 0.6", Quadrature.Integrate(Data.Noised(0.1).Density, -0.6, 0.6, 1200));
        foreach (var level in levels)
            notebook.Report(
                FormattableString.Invariant($"σ = {level.Sigma}: rms error of the score in the valley (x = 0) over that at the mode (x = 2)"),
                At(level.Predicted, 0) / At(level.Predicted, 2));
        notebook.AtLeast("σ = 0.1: error in the valley is at least 5 times that at the mode", At(low.Predicted, 0) / At(low.Predicted, 2), 5, Tolerance.Chosen);
        notebook.AtMost(
            "σ = 2: error at the same place, in units of 1/σ, at most a tenth of that at σ = 0.1",
            At(levels[2].Predicted, 0) * 2,
            At(low.Predicted, 0) * 0.1 / 10,
            Tolerance.Chosen);

        notebook.Figure(
            "low-density",
            $"Left: scores fitted to {samples} samples each at σ = 0.1 (solid) and the best the model can do (dashed), " +
            "over the density (grey, not to scale): between the modes the fits are guesswork. " +
            "Right: error of such fits, in units of 1/σ, predicted (dashed) and measured (dots): noise fills the gap. " +
            "Each fit solves A θ = −b with the exact matrix A = E φφᵀ of the whole law, taken as known; " +
            "its samples estimate the linear term b alone.",
            new SvgPlot(
            [
                new BandSeries(
                    "density",
                    places,
                    [.. places.Select(x => 12 * Data.Noised(0.1).Density(x))],
                    new double[places.Length]) { Color = PlotTheme.Paper.Colors[6] },
                .. low.Fits.Select((fit, i) => new LineSeries(i == 0 ? "four fits" : "", places, fit) { Color = PlotTheme.Paper.Colors[1], Width = 1 }),
                new LineSeries("best of the model", places, low.Best) { Color = PlotTheme.Paper.Colors[0], Dashed = true },
            ])
            { Title = "A fitted score, σ = 0.1", XLabel = "x", YLabel = "score", YRange = (-20, 20), Width = 480 },
            new SvgPlot(
            [
                .. levels.Select((l, i) => new LineSeries(
                    FormattableString.Invariant($"σ = {l.Sigma}"),
                    places,
                    [.. l.Predicted.Select(e => e * l.Sigma)]) { Color = PlotTheme.Paper.Colors[i], Dashed = true }),
                .. levels.Select((l, i) => new PointSeries(
                    "",
                    [.. places.Where((_, j) => j % 4 == 0)],
                    [.. l.Measured.Where((_, j) => j % 4 == 0).Select(e => e * l.Sigma)]) { Color = PlotTheme.Paper.Colors[i], Radius = 2.5, Opacity = 1 }),
            ])
            { Title = "Error of fitted scores", XLabel = "x", YLabel = "σ · rms error", YScale = AxisScale.Log, Width = 480 });

        (double, double[], double[], double[][], double[]) Level(double sigma)
        {
            var gradients = new QuadraticObjective(features.Count);
            var objective = Denoising(features, sigma, gradients);
            var inverse = objective.A.Inverse();
            var (b, best) = (objective.B, objective.Minimiser);
            var covariance = inverse * (gradients.A - b.OuterProduct(b)) * inverse / samples;
            var where = Quadrature.Points(-4, 4, 81);
            var basis = where.Select(x =>
            {
                var (phi, slope) = (new double[features.Count], new double[features.Count]);
                features.At(x, phi, slope);
                return Vector<double>.Build.DenseOfArray(phi);
            }).ToArray();
            double[] predicted = [.. basis.Select(phi => Math.Sqrt(phi.DotProduct(covariance * phi)))];

            // What samples must find is the linear term; A is the model's and known, so that the error is exactly that of a mean.
            var errors = new Vector<double>[fits];
            var stream = rng.Split(Array.IndexOf(Levels, sigma));
            context.Parallelism.For(fits, r => errors[r] = -(inverse * (Sampled(features, sigma, samples, stream.Split(r)) - b)));
            context.Stop.ThrowIfCancellationRequested();
            double[] measured = [.. basis.Select(phi => Math.Sqrt(errors.Average(e => Square(phi.DotProduct(e)))))];
            foreach (var x in Checked)
            {
                var phi = basis[Array.FindIndex(where, p => Math.Abs(p - x) < 1e-9)];
                var expected = phi.DotProduct(covariance * phi);

                // Squares of R errors: their mean's cube root is normal (Wilson and Hilferty 1931), of R/(1 + κ/2) degrees of freedom, κ the
                // excess kurtosis of an error; of a mean of n gradients it is an n-th of a gradient's, E q⁴/(E q²)² − 3.
                var freedom = fits / (1 + ((Kurtosis(features, sigma, inverse * phi, b, expected * samples) - 3) / (2 * samples)));
                var ratio = Math.Cbrt(errors.Average(e => Square(phi.DotProduct(e))) / expected);
                notebook.Equal(
                    FormattableString.Invariant($"σ = {sigma}: mean square error of {fits} fits at x = {x} over φᵀA⁻¹ΓA⁻¹φ/n, cube root"),
                    ratio,
                    1 - (2 / (9 * freedom)),
                    Tolerance.Chance(Math.Sqrt(2 / (9 * freedom))));
            }

            return (
                sigma,
                predicted,
                measured,
                [.. errors[..4].Select(e => basis.Select(phi => phi.DotProduct(best + e)).ToArray())],
                [.. basis.Select(phi => phi.DotProduct(best))]);
        }
    }

    // The kurtosis E q⁴/(E q²)², 3 of a normal law, of q = aᵀ(φ ε/σ − b), whose mean square is given.
    private double Kurtosis(ScoreFeatures features, double sigma, Vector<double> a, Vector<double> b, double square)
    {
        double[] phi = new double[features.Count], slope = new double[features.Count];
        var (data, noise) = (Quadrature.Points(-Far, Far, 351), Quadrature.Points(-NoiseFar, NoiseFar, 181));
        var (sum, shift) = (0.0, a.DotProduct(b));
        foreach (var x0 in data)
        {
            foreach (var eps in noise)
            {
                features.At(x0 + (sigma * eps), phi, slope);
                sum += Data.Density(x0) * Math.Exp(-eps * eps / 2) * Square(Square((Dot(a, phi) * eps / Math.Pow(sigma, TargetPower)) - shift));
            }
        }

        return sum * (data[1] - data[0]) * (noise[1] - noise[0]) / Math.Sqrt(2 * Math.PI) / Square(square);
    }

    // The mean of −φ(x₀ + σε) (−ε/σ): the linear term of the denoising objective by samples.
    private Vector<double> Sampled(ScoreFeatures features, double sigma, int count, Rng rng)
    {
        double[] phi = new double[features.Count], slope = new double[features.Count], sum = new double[features.Count];
        var (data, noise) = (rng.Split("data"), rng.Split("noise"));
        var scale = 1 / (Math.Pow(sigma, TargetPower) * count);
        for (var k = 0; k < count; k++)
        {
            var eps = noise.Normal(2 * (ulong)k);
            features.At(Data.Draw(data, k) + (sigma * eps), phi, slope);
            for (var i = 0; i < sum.Length; i++) sum[i] += phi[i] * eps * scale;
        }

        return Vector<double>.Build.DenseOfArray(sum);
    }

    private static double Dot(Vector<double> theta, double[] phi)
    {
        var sum = 0.0;
        for (var i = 0; i < phi.Length; i++) sum += theta[i] * phi[i];
        return sum;
    }
}
