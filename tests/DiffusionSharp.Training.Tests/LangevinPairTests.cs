using DiffusionSharp.Data.Sources;
using DiffusionSharp.Graphs;
using DiffusionSharp.Networks;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Recipes;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Training.Tests;

public sealed class LangevinPairTests
{
    [Fact]
    public void A_chain_that_runs_away_takes_no_other_with_it_and_sample_k_depends_on_k_alone()
    {
        var config = new RunConfig("two-modes", "test") { Mlp = new MlpOptions(2, Width: 8, Layers: 1, TimeFeatures: 8), Schedule = new GeometricScheduleConfig(Levels: 200, SigmaMin: 0.05, SigmaMax: 5) };
        var weights = new ParameterBuffer(new NetworkBlueprint(config, config.SampleShape()).Layout());
        weights.Initialize(new Rng(1));
        foreach (var entry in weights.Layout.Entries)
            foreach (ref var w in weights[entry.Name]) w *= Scale;
        var model = new TrainedModel(config, weights, 0);
        var source = PointSource.Create("two-modes", 50);

        var pair = LangevinPair.Draw(model, source, 40, 3, Machine.Single, TestContext.Current.CancellationToken);
        var lost = Enumerable.Range(0, 40).Where(k => !pair.Plain.Slice(k, 1).IsFinite()).ToList();
        Assert.InRange(lost.Count, 1, 39);
        Assert.All(lost, k => Assert.Equal([double.NaN, double.NaN], pair.Plain.Sample(k).ToArray()));
        var few = LangevinPair.Draw(model, source, 7, 3, Machine.Single, TestContext.Current.CancellationToken);
        Assert.Equal(pair.Plain.Slice(0, 7).Values.ToArray(), few.Plain.Values.ToArray());
        Assert.Equal(pair.Annealed.Slice(0, 7).Values.ToArray(), few.Annealed.Values.ToArray());
    }

    // Of fresh weights: enough for a network that drives some chains away and holds others.
    private const float Scale = 4;
}
