using DiffusionSharp.Training.Evaluation;

namespace DiffusionSharp.Tests;

public sealed class EvaluateTests
{
    [Fact]
    public void An_evaluation_says_beforehand_what_it_costs_and_tells_how_far_it_is()
    {
        var model = SmallModels.TrainPoints();
        var options = new EvaluateOptions { Count = 20, Steps = 10, Metrics = [EvaluationMetric.Elbo, EvaluationMetric.SlicedWasserstein] };
        var seen = new List<EvaluationProgress>();
        var report = model.Evaluate(SmallModels.Moons, options, new Watch(seen.Add));

        // One batch: ten steps of the bound and fifty of sampling.
        Assert.Equal(60, model.ExpectedPasses(SmallModels.Moons, options));
        Assert.Equal(60, report.Passes);
        Assert.Equal(Enumerable.Range(0, 60).Select(n => (long)n), seen.Select(p => p.Passes));
        Assert.Contains(report.Figures, f => f.Name == "elbo");
        Assert.Contains(report.Figures, f => f.Name == "sliced-wasserstein");
    }

    [Fact]
    public void An_option_that_no_metric_reads_is_an_error()
    {
        var model = SmallModels.TrainPoints();
        var error = Assert.Throws<OptionException>(() => model.Evaluate(SmallModels.Moons, new EvaluateOptions { Metrics = [EvaluationMetric.SlicedWasserstein], Tolerance = 1e-3 }));
        Assert.Equal("Tolerance is not an option of sliced-wasserstein; it belongs to likelihood.", error.Message);
        Assert.Throws<NotSupportedException>(() => DiffusionModel.Exact(SmallModels.Moons).Evaluate(SmallModels.Moons));
    }

    private sealed class Watch(Action<EvaluationProgress> see) : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value) => see(value);
    }
}
