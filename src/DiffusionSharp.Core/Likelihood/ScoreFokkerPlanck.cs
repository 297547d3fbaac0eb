using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace DiffusionSharp.Likelihood;

/// <summary>Measures whether a denoiser's scores at different levels belong to one process: the residual of the score Fokker–Planck equation.</summary>
/// <remarks>
/// <code>
/// ∂ₜs = ∇[½g²(∇·s + |s|²) − f x·s]       s = (αD − x)/σ², forward process dx = f(t) x dt + g(t) dw
///     = ½g²(∇(∇·s) + 2Jᵀs) − f(s + Jᵀx)   J = ∂s/∂x
/// </code>
/// Lai et al. 2023, arXiv:2210.04296, theorem 3.1 (their ∇·f is constant in x here). The exact score solves it; a network's does not quite,
/// and nothing in its training asks it to. Products Jᵀu are exact (<see cref="Denoiser.VectorJacobian(Tensor, NoiseLevel, Tensor)"/>).
/// ∂ₜs is a central difference in λ = ln(α²/σ²), which changes by −g²/σ² in a unit of time, and ∇(∇·s) = Σ ∂(Jᵀv)/∂v over unit
/// vectors, or its mean over random ones, a central difference along v: both of second order in <see cref="Step"/>. Cost of a point at a
/// level: 3 estimates, and 2 products for each vector and 2 more.
/// </remarks>
public sealed class ScoreFokkerPlanck
{
    private readonly Schedule schedule;

    /// <summary>Makes the measure.</summary>
    /// <param name="schedule">α, σ, f and g.</param>
    /// <param name="divergence">Exact for samples of few values; random vectors, at least 2, for pictures.</param>
    /// <param name="step">
    /// Length of the differences, in (0, 1]: half of the change in λ, and in space times σ. Their error falls as its square, float32's rounding
    /// grows as its inverse; 0.05 suits networks.
    /// </param>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public ScoreFokkerPlanck(Schedule schedule, Divergence divergence, double step = 0.05)
    {
        if (!(step > 0 && step <= 1))
            throw new ArgumentOutOfRangeException(nameof(step), step, "ScoreFokkerPlanck: a step above 0 and at most 1 was expected.");
        if (!divergence.IsExact && divergence.Estimates < 2)
        {
            throw new ArgumentException(
                "ScoreFokkerPlanck: at least 2 probes are needed; the square of one probe's residual would hold its own noise.", nameof(divergence));
        }

        (this.schedule, Divergence, Step) = (schedule, divergence, step);
    }

    /// <summary>How ∇(∇·s) is found.</summary>
    public Divergence Divergence { get; }

    /// <summary>Length of the differences.</summary>
    public double Step { get; }

    /// <summary>The residual's size at one level.</summary>
    /// <param name="denoiser">One that has a gradient.</param>
    /// <param name="x">Points, [N, …]: data with the noise of the level, where its score matters.</param>
    /// <param name="time">Of the level; at least <see cref="Step"/> in λ away from the noisiest, and σ above 0.</param>
    /// <param name="rng">Of random vectors; point k's come from it and <paramref name="firstSample"/> + k alone.</param>
    /// <param name="firstSample">The index of the first point.</param>
    /// <exception cref="ArgumentOutOfRangeException">The level is too near an end of the schedule.</exception>
    /// <exception cref="InvalidOperationException">The denoiser has no gradient.</exception>
    public ScoreFokkerPlanckResidual Measure(Denoiser denoiser, Tensor x, double time, Rng rng = default, long firstSample = 0)
    {
        var (level, rate, residuals) = Residuals(denoiser, x, time, rng, firstSample);
        var squares = residuals.Length == 1 ? Squares(residuals[0]) : CrossSquares(residuals);
        return new ScoreFokkerPlanckResidual(level, squares, Squares(rate), x.Shape.Tail().Count);
    }

    /// <summary>The residual itself at every point, in the shape of <paramref name="x"/>; with random vectors the mean over them.</summary>
    /// <inheritdoc cref="Measure"/>
    public Tensor Residual(Denoiser denoiser, Tensor x, double time, Rng rng = default, long firstSample = 0)
    {
        var (_, _, residuals) = Residuals(denoiser, x, time, rng, firstSample);
        return residuals.Aggregate((a, b) => a + b) / residuals.Length;
    }

    private (NoiseLevel Level, Tensor Rate, Tensor[] Residuals) Residuals(Denoiser denoiser, Tensor x, double time, Rng rng, long firstSample)
    {
        var level = schedule.At(time);
        var lowest = schedule.LogSnr(schedule.NoiseTime);
        if (!(level.Sigma > 0 && level.Alpha > 0 && level.LogSnr - Step >= lowest))
        {
            var least = FormattableString.Invariant($"ln(α²/σ²) at least {Step} above the schedule's lowest, {lowest}");
            throw new ArgumentOutOfRangeException(nameof(time), time, $"ScoreFokkerPlanck: a time with noise, and {least}, was expected.");
        }

        var (drift, diffusion) = (schedule.Drift(time), schedule.Diffusion(time));
        var squared = diffusion * diffusion;
        var (cleaner, noisier) = (schedule.AtLogSnr(level.LogSnr + Step), schedule.AtLogSnr(level.LogSnr - Step));
        var s = Score(denoiser, x, level);
        var rate = -squared / (level.Sigma * level.Sigma * 2 * Step) * (Score(denoiser, x, cleaner) - Score(denoiser, x, noisier));
        var known = (squared * Pull(denoiser, x, level, s)) - (drift * (s + Pull(denoiser, x, level, x)));
        var rest = rate - known;

        var residuals = new Tensor[Divergence.Estimates];
        var size = x.Shape.Tail().Count;
        for (var product = 0; product < Divergence.Products(size); product++)
        {
            var v = Tensor.Create(x.Shape, values =>
            {
                for (var k = 0; k < x.Samples; k++) Divergence.Fill(product, rng.Split(firstSample + k), values.Slice(k * size, size));
            });

            // Points move by Step · σ, whatever the length of v.
            var h = new double[x.Samples];
            for (var k = 0; k < h.Length; k++) h[k] = Step * level.Sigma / TensorPrimitives.Norm(v.Sample(k));
            var move = v.ScaleSamples(h);
            var change = denoiser.VectorJacobian(x + move, level, v) - denoiser.VectorJacobian(x - move, level, v);
            for (var k = 0; k < h.Length; k++) h[k] = 1 / (2 * h[k]);

            // J = (α ∂D/∂x − I)/σ², and the identity does not change.
            var part = squared / 2 * level.Alpha / (level.Sigma * level.Sigma) * change.ScaleSamples(h);
            var estimate = Math.Min(product, residuals.Length - 1);
            residuals[estimate] = (residuals[estimate] ?? rest) - part;
        }

        return (level, rate, residuals);
    }

    private static Tensor Score(Denoiser denoiser, Tensor x, NoiseLevel level) =>
        PredictionConversion.FromData(Prediction.Score, denoiser.Denoise(x, level), x, level);

    // Jᵀu = (α uᵀ∂D/∂x − u)/σ².
    private static Tensor Pull(Denoiser denoiser, Tensor x, NoiseLevel level, Tensor u) =>
        ((level.Alpha * denoiser.VectorJacobian(x, level, u)) - u) / (level.Sigma * level.Sigma);

    private static Tensor Squares(Tensor rows) => Tensor.Create([rows.Samples], values =>
    {
        for (var k = 0; k < values.Length; k++) values[k] = TensorPrimitives.SumOfSquares(rows.Sample(k));
    });

    // The mean of ⟨R_a, R_b⟩ over pairs of different probes: |E R|² without the noise of either.
    private static Tensor CrossSquares(Tensor[] residuals)
    {
        var (m, sum) = (residuals.Length, Squares(residuals.Aggregate((a, b) => a + b)));
        return (sum - residuals.Select(Squares).Aggregate((a, b) => a + b)) / (m * (m - 1.0));
    }
}
