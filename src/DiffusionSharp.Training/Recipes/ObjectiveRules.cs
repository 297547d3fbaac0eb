using System.Globalization;
using DiffusionSharp.Schedules;

namespace DiffusionSharp.Training.Recipes;

/// <summary>Which predictions, weightings, levels and schedules go together; what does not is one line with the mend.</summary>
internal static class ObjectiveRules
{
    public static void Check(RunConfig config, ScheduleConfig scheduleConfig, Schedule schedule)
    {
        Prediction(config, schedule);
        Embedding(config, scheduleConfig, schedule);
        Weighting(config, scheduleConfig, schedule);
        Levels(config.LevelsOrDefault(), schedule);
        Outputs(config, scheduleConfig, schedule);
    }

    // Such networks are given σ and divide their output by it: it is about 1 in size only where they give the score.
    private static void Embedding(RunConfig config, ScheduleConfig scheduleConfig, Schedule schedule)
    {
        if (config.GivesScore() && (config.Prediction != Denoisers.Prediction.Score || config.Preconditioning is not null))
            throw new ArgumentException(
                $"prediction: a U-Net whose timeEmbedding is {config.UNet!.TimeEmbedding.ToString().ToLowerInvariant()} divides its output by σ and "
                + "gives the score; choose score without preconditioning, or the embedding positional.");
        if (config.GivesScore() && !schedule.IsVarianceExploding)
            throw new ArgumentException(
                $"schedule: a U-Net whose timeEmbedding is {config.UNet!.TimeEmbedding.ToString().ToLowerInvariant()} is given σ, "
                + $"and where {scheduleConfig.Kind} is noisiest σ is all but 1 at every level; "
                + "choose geometric, veGeometric or edm, or the embedding positional.");
    }

    private static void Prediction(RunConfig config, Schedule schedule)
    {
        var prediction = config.Prediction;
        if (!Enum.IsDefined(prediction)) throw new ArgumentException($"prediction: unknown value {prediction}.");
        if (config.Preconditioning is { } scales)
        {
            if (!(scales.DataDeviation > 0 && double.IsFinite(scales.DataDeviation)))
                throw Bad("preconditioning.dataDeviation", "a finite number above 0", scales.DataDeviation);
            if (prediction != Denoisers.Prediction.Data)
                throw new ArgumentException(
                    $"prediction: with preconditioning the network stands between scales that make its output the data; choose data, not {prediction}.");
            return;
        }

        var latest = schedule.StartTime;
        if (schedule.Alpha(latest) == 0 && prediction is Denoisers.Prediction.Noise or Denoisers.Prediction.Score)
            throw new ArgumentException(
                $"prediction: {prediction.ToString().ToLowerInvariant()} says nothing about the data at zero terminal SNR, "
                + $"where {config.ScheduleOrDefault().Kind} begins; choose velocity, data or flow.");
    }

    private static void Weighting(RunConfig config, ScheduleConfig scheduleConfig, Schedule schedule)
    {
        var weighting = config.Weighting;
        if (!Enum.IsDefined(weighting)) throw new ArgumentException($"weighting: unknown value {weighting}.");
        if (config.Gamma is { } gamma)
        {
            if (weighting is not (LossWeighting.MinSnr or LossWeighting.P2))
                throw new ArgumentException($"gamma: it belongs to the weightings minSnr and p2, not to {weighting}; leave it out.");
            if (!(gamma > 0 && double.IsFinite(gamma))) throw Bad("gamma", "a finite number above 0", gamma);
        }

        // They weigh by the signal, and the last level has none: the step that sampling starts with would stay as it was initialised.
        if (scheduleConfig.EndsInPureNoise && weighting is (LossWeighting.MinSnr or LossWeighting.P2 or LossWeighting.Likelihood))
            throw new ArgumentException(
                $"weighting: {weighting} gives the last level of zeroTerminalSnr, pure noise, the weight 0, "
                + "and the step that sampling starts with is never trained; choose simple.");
        if (weighting == LossWeighting.Edm && config.Preconditioning is null)
            throw new ArgumentException(
                "weighting: edm is in units of the data's deviation, which preconditioning names; "
                + "add \"preconditioning\": {\"dataDeviation\": 0.5} and prediction data, or choose another weighting.");
        if (weighting == LossWeighting.Likelihood && schedule.TrainedLevels is not null)
            throw new ArgumentException(
                $"weighting: likelihood takes the diffusion g(t) of a continuous schedule, and {scheduleConfig.Kind} has trained levels; "
                + "choose vpLinear or another continuous schedule, or another weighting.");
    }

    private static void Levels(LevelConfig levels, Schedule schedule)
    {
        if (!Enum.IsDefined(levels.Kind)) throw new ArgumentException($"levels.kind: unknown value {levels.Kind}.");
        var normal = levels.Kind is LevelDistribution.LogNormal or LevelDistribution.LogitNormal;
        if (!normal && (levels.Mean ?? levels.Deviation) is not null)
            throw new ArgumentException($"levels: mean and deviation belong to logNormal and logitNormal, not to {levels.Kind}; leave them out.");
        if (levels.Kind != LevelDistribution.Importance && levels.History is not null)
            throw new ArgumentException($"levels.history: it belongs to importance, not to {levels.Kind}; leave it out.");
        if (levels.HistoryOrDefault() is < 1 or > 1000) throw Bad("levels.history", "1 to 1000", levels.HistoryOrDefault());
        var (mean, deviation) = (levels.MeanOrDefault(), levels.DeviationOrDefault());
        if (!(deviation is > 0 and <= 20)) throw Bad("levels.deviation", "above 0 and at most 20", deviation);
        if (levels.Kind == LevelDistribution.LogitNormal && !(Math.Abs(mean) <= 20)) throw Bad("levels.mean", "−20 to 20", mean);
        if (levels.Kind != LevelDistribution.LogNormal) return;
        var (low, high) = (Math.Log(schedule.At(schedule.LeastNoiseTime).Ratio), Math.Log(schedule.At(schedule.StartTime).Ratio));
        if (!(mean >= low && mean <= high))
            throw Bad("levels.mean", string.Create(CultureInfo.InvariantCulture, $"ln σ/α of the schedule, {low:G4} to {high:G4},"), mean);
    }

    private static void Outputs(RunConfig config, ScheduleConfig scheduleConfig, Schedule schedule)
    {
        var times = config.LearnedVariance is null ? 1 : 2;
        var why = config.LearnedVariance is null ? "a denoiser gives as many {0} as it takes" : "a learned variance needs twice the {0} that the network takes";
        if (config.UNet is { } unet && unet.OutChannels != times * unet.InChannels)
            throw new ArgumentException(
                $"uNet.outChannels: {string.Format(CultureInfo.InvariantCulture, why, "channels")}, {times * unet.InChannels}, not {unet.OutChannels}.");
        if (config.Mlp is { } mlp && (mlp.Outputs ?? mlp.Dimensions) != times * mlp.Dimensions)
            throw new ArgumentException(
                $"mlp.outputs: {string.Format(CultureInfo.InvariantCulture, why, "numbers")}, {times * mlp.Dimensions}, not {mlp.Outputs ?? mlp.Dimensions}.");
        if (config.LearnedVariance is not { } learned) return;
        if (!(learned.BoundWeight > 0 && double.IsFinite(learned.BoundWeight)))
            throw Bad("learnedVariance.boundWeight", "a finite number above 0", learned.BoundWeight);
        if (schedule.TrainedLevels is null)
            throw new ArgumentException(
                $"learnedVariance: it is that of steps between trained levels, and {scheduleConfig.Kind} is continuous; "
                + "choose a discrete schedule, or leave it out.");
        if (schedule.HasNoiseLevels)
            throw new ArgumentException(
                $"learnedVariance: it lies between β and β̃ of a schedule of β, and {scheduleConfig.Kind} has neither; "
                + "choose another discrete schedule, or leave it out.");
        if (config.LevelsOrDefault().Kind is LevelDistribution.LogNormal or LevelDistribution.LogitNormal)
            throw new ArgumentException(
                "levels: the variational bound of a learned variance sums over all levels alike; "
                + $"draw them uniform or by importance, not {config.LevelsOrDefault().Kind}.");
    }

    private static ArgumentException Bad(string key, string expected, double given) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{key}: {expected} is expected, {given} was given."));
}
