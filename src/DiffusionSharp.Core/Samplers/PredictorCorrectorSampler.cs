using DiffusionSharp.Denoisers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Samplers;

/// <summary>Predictor–corrector sampling: Langevin steps at a level, then a step of the reverse SDE to the next.</summary>
/// <remarks>
/// <code>
/// corrector, M times:  x ← x + ε ∇ln p_t(x) + √(2ε) z       ε = 2 α_ts² (r σ)²   or   2 α_ts² (r ‖z‖/‖∇ln p_t(x)‖)²
/// predictor:           x_s from x_t by one step of the reverse SDE
/// </code>
/// Song et al. 2021, arXiv:2011.13456, algorithms 4 and 5 (there α_ts² is α_i = 1 − β_i, and 1 for VE) and appendix G; the order, corrector
/// first, is that of their published code. <see cref="CorrectorStep"/> says which ε. The corrector holds the law of x at each level up to
/// a bias of order r² that does not fall with more steps: no order is declared. Where ε comes from norms it depends on where x is, and the
/// corrector then leans towards p_t ‖∇ln p_t‖²: gross in few dimensions (on a mixture on the line √N·D of a Kolmogorov–Smirnov test of 4000
/// samples is 12, where 2.5 is much), and between modes of unlike spread still there in 64 (3.2 of 2000). So the level is the default.
/// </remarks>
public sealed class PredictorCorrectorSampler : SingleStepSampler
{
    /// <summary>Makes a sampler.</summary>
    /// <param name="schedule">α and σ.</param>
    /// <param name="grid">The steps, towards the data.</param>
    /// <param name="snr">r, the signal-to-noise ratio of a corrector's step, above 0; 0.16 is the paper's.</param>
    /// <param name="correctorSteps">M, Langevin steps at each level, at least 1.</param>
    /// <param name="correctorStep">Where ε comes from.</param>
    /// <param name="predictor">The step of the reverse SDE.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="ArgumentException">The grid leaves the schedule.</exception>
    public PredictorCorrectorSampler(
        Schedule schedule,
        TimeGrid grid,
        double snr = 0.16,
        int correctorSteps = 1,
        CorrectorStep correctorStep = CorrectorStep.Level,
        ReverseSdePredictor predictor = ReverseSdePredictor.ReverseDiffusion)
        : base(schedule, grid)
    {
        Snr = Guard.Above(snr, 0, "PredictorCorrectorSampler: snr");
        if (correctorSteps < 1)
            throw new ArgumentOutOfRangeException(nameof(correctorSteps), correctorSteps, "PredictorCorrectorSampler: at least one corrector step is needed.");
        Guard.Known(correctorStep, "PredictorCorrectorSampler: unknown corrector step");
        Guard.Known(predictor, "PredictorCorrectorSampler: unknown predictor");
        (CorrectorSteps, CorrectorStep, Predictor) = (correctorSteps, correctorStep, predictor);
    }

    /// <summary>r, the signal-to-noise ratio of a corrector's step.</summary>
    public double Snr { get; }

    /// <summary>M, Langevin steps at each level.</summary>
    public int CorrectorSteps { get; }

    /// <summary>Where the corrector's step size comes from.</summary>
    public CorrectorStep CorrectorStep { get; }

    /// <summary>Whether the norms are averaged over the batch, as in the published code: a sample then depends on its batch-mates.</summary>
    internal bool AveragesNorms { get; init; }

    /// <summary>The step of the reverse SDE.</summary>
    public ReverseSdePredictor Predictor { get; }

    /// <inheritdoc/>
    public override int? Order => null;

    /// <inheritdoc/>
    public override int? CallsPerStep => 1 + CorrectorSteps;

    /// <inheritdoc/>
    public override bool IsDeterministic => false;

    /// <inheritdoc/>
    protected override (Tensor X, Tensor Denoised) Step(Denoiser denoiser, Tensor x, NoiseLevel level, NoiseLevel levelNext, NoiseSource noise, int index)
    {
        var draw = index * (CorrectorSteps + 1);
        var factor = 2 * Math.Pow(Snr * level.Alpha / levelNext.Alpha, 2);

        // At pure noise the start is exact and the factor is 0.
        for (var j = 0; j < CorrectorSteps && factor > 0; j++) x = Correct(denoiser, x, level, factor, noise.Draw(x.Shape, draw + j));
        var d = denoiser.Denoise(x, level);
        return (ReverseSde.Step(Predictor, Schedule, x, d, level, levelNext, noise, draw + CorrectorSteps), d);
    }

    private Tensor Correct(Denoiser denoiser, Tensor x, NoiseLevel level, double factor, Tensor z)
    {
        var score = PredictionConversion.FromData(Prediction.Score, denoiser.Denoise(x, level), x, level);
        if (CorrectorStep == CorrectorStep.Level) return LangevinStep.Apply(x, score, factor * level.Sigma * level.Sigma, z);

        var (ofScore, ofNoise) = (new double[x.Samples], new double[x.Samples]);
        for (var k = 0; k < x.Samples; k++) (ofScore[k], ofNoise[k]) = (Norm(score.Sample(k)), Norm(z.Sample(k)));
        if (AveragesNorms) return LangevinStep.Apply(x, score, factor * Math.Pow(Mean(ofNoise) / Mean(ofScore), 2), z);

        // −∇² ln p_t ≤ I/σ² for every data distribution: above σ² a Langevin step overshoots, and near a mode the score vanishes.
        var steps = new double[x.Samples];
        for (var k = 0; k < steps.Length; k++) steps[k] = Math.Min(factor * Math.Pow(ofNoise[k] / ofScore[k], 2), level.Sigma * level.Sigma);
        return LangevinStep.Apply(x, score, steps, z);
    }

    private static double Norm(ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        foreach (var v in values) sum += v * v;
        return Math.Sqrt(sum);
    }

    private static double Mean(double[] values) => values.Sum() / values.Length;
}
