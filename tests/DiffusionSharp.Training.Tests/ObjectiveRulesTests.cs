using DiffusionSharp.Denoisers;
using DiffusionSharp.Networks;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Schedules;
using DiffusionSharp.Training.Recipes;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Training.Tests;

public sealed class ObjectiveRulesTests
{
    private static readonly RunConfig Points = new("points", "test") { Mlp = new MlpOptions(2, Width: 16, Layers: 2), Steps = 4, Batch = 8, SampleCount = 4, SampleSteps = 3 };

    public static TheoryData<string, string> Refused => new()
    {
        { "\"schedule\": {\"zeroTerminalSnr\": true}", "prediction: noise says nothing about the data at zero terminal SNR, where linear begins; choose velocity, data or flow." },
        { "\"schedule\": {\"zeroTerminalSnr\": true}, \"prediction\": \"score\"", "prediction: score says nothing about the data at zero terminal SNR" },
        { "\"schedule\": {\"kind\": \"flow\"}", "prediction: noise says nothing about the data at zero terminal SNR, where flow begins; choose velocity, data or flow." },
        { "\"schedule\": {\"kind\": \"flow\", \"sigmaMax\": 3}, \"prediction\": \"flow\"", "schedule.sigmaMax: it belongs to veGeometric, edm, geometric, not to flow; leave it out (line 1)." },
        { "\"schedule\": {\"kind\": \"edm\", \"shift\": 3}", "schedule.shift: it belongs to flow, not to edm; leave it out (line 1)." },
        { "\"schedule\": {\"kind\": \"edm\", \"sigmaMin\": 100}", "EdmSchedule: sigmaMax" },
        { "\"preconditioning\": {}", "prediction: with preconditioning the network stands between scales that make its output the data; choose data, not Noise." },
        { "\"prediction\": \"data\", \"preconditioning\": {\"dataDeviation\": 0}", "preconditioning.dataDeviation: a finite number above 0 is expected, 0 was given." },
        { "\"weighting\": \"edm\"", "weighting: edm is in units of the data's deviation, which preconditioning names; add" },
        { "\"weighting\": \"likelihood\"", "weighting: likelihood takes the diffusion g(t) of a continuous schedule, and linear has trained levels; choose vpLinear" },
        { "\"weighting\": \"minSnr\", \"prediction\": \"velocity\", \"schedule\": {\"zeroTerminalSnr\": true}", "weighting: MinSnr gives the last level of zeroTerminalSnr, pure noise, the weight 0, and the step that sampling starts with is never trained; choose simple." },
        { "\"weighting\": \"p2\", \"prediction\": \"flow\", \"schedule\": {\"zeroTerminalSnr\": true}", "weighting: P2 gives the last level of zeroTerminalSnr, pure noise, the weight 0" },
        { "\"weighting\": \"likelihood\", \"prediction\": \"data\", \"schedule\": {\"zeroTerminalSnr\": true}", "weighting: Likelihood gives the last level of zeroTerminalSnr, pure noise, the weight 0" },
        { "\"gamma\": 5", "gamma: it belongs to the weightings minSnr and p2, not to Simple; leave it out." },
        { "\"weighting\": \"p2\", \"gamma\": -1", "gamma: a finite number above 0 is expected, -1 was given." },
        { "\"levels\": {\"mean\": 1}", "levels: mean and deviation belong to logNormal and logitNormal, not to Uniform; leave them out." },
        { "\"levels\": {\"kind\": \"logitNormal\", \"history\": 3}", "levels.history: it belongs to importance, not to LogitNormal; leave it out." },
        { "\"levels\": {\"kind\": \"importance\", \"history\": 0}", "levels.history: 1 to 1000 is expected, 0 was given." },
        { "\"levels\": {\"kind\": \"logNormal\", \"deviation\": 0}", "levels.deviation: above 0 and at most 20 is expected, 0 was given." },
        { "\"levels\": {\"kind\": \"logNormal\", \"mean\": 9}", "levels.mean: ln σ/α of the schedule, -4.605 to 5.059, is expected, 9 was given." },
        { "\"learnedVariance\": {}", "mlp.outputs: a learned variance needs twice the numbers that the network takes, 4, not 2." },
        { "\"learnedVariance\": {\"boundWeight\": 0}, \"mlp\": {\"dimensions\": 2, \"outputs\": 4}", "learnedVariance.boundWeight: a finite number above 0 is expected, 0 was given." },
        { "\"mlp\": {\"dimensions\": 2, \"outputs\": 4}", "mlp.outputs: a denoiser gives as many numbers as it takes, 2, not 4." },
        { "\"learnedVariance\": {}, \"mlp\": {\"dimensions\": 2, \"outputs\": 4}, \"schedule\": {\"kind\": \"vpLinear\"}", "learnedVariance: it is that of steps between trained levels, and vpLinear is continuous; choose a discrete schedule" },
        { "\"schedule\": {\"kind\": \"geometric\", \"sigmas\": [5, 1, 2]}", "number 3 of 3, 2, does not lie below 1 before it; list them in falling order" },
        { "\"schedule\": {\"kind\": \"geometric\", \"sigmas\": [5, 1, 1]}", "number 3 of 3, 1, does not lie below 1 before it" },
        { "\"schedule\": {\"kind\": \"geometric\", \"sigmas\": [5, 0]}", "finite σ above 0 are expected; number 2 of 2 is 0." },
        { "\"schedule\": {\"kind\": \"geometric\", \"sigmas\": []}", "at least one σ is needed" },
        { "\"schedule\": {\"kind\": \"geometric\", \"sigmas\": [5, 1], \"levels\": 2}", "schedule.sigmas: they say all of the levels; leave out levels, sigmaMin and sigmaMax." },
        { "\"schedule\": {\"kind\": \"veGeometric\", \"sigmas\": [5, 1]}", "schedule.sigmas: it belongs to geometric, not to veGeometric; leave it out (line 1)." },
        { "\"schedule\": {\"kind\": \"geometric\", \"zeroTerminalSnr\": true}", "schedule.zeroTerminalSnr: it belongs to linear, scaledLinear, cosine, sigmoid, laplace, betas, not to geometric; leave it out (line 1)." },
        { "\"schedule\": {\"kind\": \"linear\", \"betaValues\": [0.1]}", "schedule.betaValues: it belongs to betas, not to linear; leave it out (line 1)." },
        { "\"schedule\": {\"kind\": \"betas\", \"betaValues\": [0.1, 0.2], \"levels\": 2}", "schedule.levels: it belongs to linear, scaledLinear, cosine, sigmoid, laplace, geometric, not to betas; leave it out (line 1)." },
        { "\"schedule\": {\"kind\": \"betas\"}", "schedule.betaValues: the kind betas is its list of β; write one, or choose another kind." },
        { "\"schedule\": {\"kind\": \"edm\", \"levels\": 40}", "schedule.levels: it belongs to linear, scaledLinear, cosine, sigmoid, laplace, geometric, not to edm; leave it out (line 1)." },
        { "\"schedule\": {\"kind\": \"edm\", \"zeroTerminalSnr\": true}", "schedule.zeroTerminalSnr: it belongs to linear, scaledLinear, cosine, sigmoid, laplace, betas, not to edm; leave it out (line 1)." },
        { "\"schedule\": {\"kind\": \"cosin\"}", "schedule.kind: 'cosin' is unknown; there are linear, scaledLinear, cosine, sigmoid, laplace, betas, vpLinear, vpCosine, subVp, flow, veGeometric, edm, geometric (line 1)." },
        { "\"schedule\": {\"kind\": 7}", "schedule.kind: a name is expected, 7 was given; there are linear, " },
        { "\"schedule\": {\"levels\": 40, \"kind\": null}", "schedule.kind: a name is expected, null was given; there are linear, " },
        { "\"schedule\": {\"kind\": \"cosine\", \"levels\": \"many\"}", "schedule.levels: a whole number below 2^31 is expected, 'many' was given (line 1)." },
        { "\"schedule\": {\"kind\": \"cosine\", \"zero\": true}", "unknown key 'zero' (line 1)." },
        { "\"schedule\": {\"kind\": \"cosine\", \"kind\": \"linear\"}", "the key 'kind' is given twice (line 1)." },
        { "\"schedule\": {\"kind\": \"geometric\", \"sigmaMin\": 5, \"sigmaMax\": 1, \"levels\": 3}", "sigmaMax" },
        { "\"schedule\": {\"kind\": \"geometric\", \"sigmaMin\": -1}", "sigmaMin" },
        { "\"learnedVariance\": {}, \"mlp\": {\"dimensions\": 2, \"outputs\": 4}, \"schedule\": {\"kind\": \"geometric\"}", "learnedVariance: it lies between β and β̃" },
        { "\"learnedVariance\": {}, \"mlp\": {\"dimensions\": 2, \"outputs\": 4}, \"levels\": {\"kind\": \"logitNormal\"}", "draw them uniform or by importance, not LogitNormal." },
    };

    public static TheoryData<string> Accepted
    {
        get
        {
            var all = new TheoryData<string>();
            foreach (var prediction in Enum.GetValues<Prediction>())
                foreach (var schedule in new[] { "cosine", "vp-linear", "vp-cosine" })
                    foreach (var weighting in new[] { LossWeighting.Simple, LossWeighting.MinSnr, LossWeighting.P2 })
                        all.Add($"{prediction} {schedule} {weighting}");
            foreach (var schedule in new[] { "laplace", "sub-vp", "ve-geometric", "edm", "flow", "geometric" })
                foreach (var prediction in schedule == "flow" ? [Prediction.Data, Prediction.Velocity, Prediction.Flow] : Enum.GetValues<Prediction>())
                    all.Add($"{prediction} {schedule} {LossWeighting.P2}");
            all.Add($"{Prediction.Data} edm {LossWeighting.Edm} {LevelDistribution.LogNormal}");
            all.Add($"{Prediction.Flow} flow {LossWeighting.Simple} {LevelDistribution.LogitNormal}");
            all.Add($"{Prediction.Flow} flow {LossWeighting.Likelihood} {LevelDistribution.Importance}");
            foreach (var levels in Enum.GetValues<LevelDistribution>()) all.Add($"{Prediction.Data} vp-linear {LossWeighting.Edm} {levels}");
            all.Add($"{Prediction.Score} vp-linear {LossWeighting.Likelihood} {LevelDistribution.Importance}");
            return all;
        }
    }

    [Theory]
    [InlineData("linear")]
    [InlineData("vp-linear")]
    [InlineData("sub-vp")]
    [InlineData("flow")]
    public void A_network_that_is_given_sigma_is_refused_where_sigma_does_not_tell_levels_apart(string kind)
    {
        foreach (var embedding in new[] { TimeEmbeddingKind.Fourier, TimeEmbeddingKind.None })
        {
            var config = SmallRuns.Pictures with { UNet = SmallRuns.Pictures.UNet! with { TimeEmbedding = embedding }, Prediction = Prediction.Score, Schedule = Kinds.Of(kind) };
            var expected = kind == "flow" ? "prediction: score says nothing about the data at zero terminal SNR" : $"schedule: a U-Net whose timeEmbedding is {(embedding == TimeEmbeddingKind.None ? "none" : "fourier")} is given σ, and where {Kinds.Of(kind).Kind} is noisiest σ is all but 1 at every level; choose geometric, veGeometric or edm, or the embedding positional.";
            Assert.StartsWith(expected, Assert.Throws<ArgumentException>(() => config.Validated()).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_network_that_divides_by_sigma_is_not_asked_where_there_is_none()
    {
        var config = SmallRuns.Pictures with { UNet = SmallRuns.Pictures.UNet! with { TimeEmbedding = TimeEmbeddingKind.Fourier }, Prediction = Prediction.Score, Schedule = ScheduleConfig.Edm };
        Assert.Equal(0.002, config.TimeInput(new EdmSchedule(), new NoiseLevel(0.002, 1, 0.002)));
        var error = Assert.Throws<InvalidOperationException>(() => config.TimeInput(new EdmSchedule(), new NoiseLevel(0, 1, 0)));
        Assert.Equal("TimeInput: the network divides its output by σ and was asked at σ = 0, where there is no score; end above clean data.", error.Message);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_does_not_go_together_is_one_line_with_the_mend(string keys, string expected)
    {
        var mlp = keys.Contains("\"mlp\"", StringComparison.Ordinal) ? "" : "\"mlp\": {\"dimensions\": 2}, ";
        var error = Assert.Throws<DataException>(() => ConfigJson.Read($"{{\"data\": \"points\", \"preset\": \"test\", {mlp}{keys}}}", "test.json"));
        Assert.StartsWith("test.json: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [MemberData(nameof(Accepted))]
    public void Every_prediction_trains_and_samples_under_every_weighting_and_distribution_of_levels(string words)
    {
        var parts = words.Split(' ');
        var config = Points with
        {
            Prediction = Enum.Parse<Prediction>(parts[0]),
            Schedule = Kinds.Of(parts[1]),
            Weighting = Enum.Parse<LossWeighting>(parts[2]),
            Levels = parts.Length > 3 ? new LevelConfig(Enum.Parse<LevelDistribution>(parts[3])) : null,
            Preconditioning = parts[2] == nameof(LossWeighting.Edm) ? new PreconditioningConfig() : null,
            Optimizer = new AdamOptions(Rate: 1e-3),
        };
        Assert.Empty(ConfigJson.Differences(config, ConfigJson.Read(ConfigJson.Write(config), "config")));
        using var folder = new TemporaryFolder();
        var last = Trainer.Start(config, Sources.Normal(folder, 40, 2), folder["run"], Machine.Single).Run(TimeProvider.System, TestContext.Current.CancellationToken).Last();
        Assert.True(double.IsFinite(last.Loss) && last.Loss > 0);
        Assert.True(File.Exists(last.Sheet));
    }
}
