using DiffusionSharp.Schedules;

namespace DiffusionSharp.Tests.Jobs;

public sealed class OwnScheduleTests
{
    [Fact]
    public void A_schedule_of_ones_own_samples_like_any_other()
    {
        double[] betas = [.. Enumerable.Range(0, 200).Select(t => 1e-3 + (0.08 * t * t / 40_000.0))];
        var model = DiffusionModel.Exact(DataSource.From(new float[,] { { 3, -2 }, { 1, 1 } }), DiscreteSchedule.FromBetas(betas));

        var samples = model.Sample(100, seed: 1).Values;

        Assert.All(Enumerable.Range(0, 100), k => Assert.True(Near(3, -2, k) || Near(1, 1, k)));
        bool Near(double x, double y, int k) => Math.Abs(samples[k, 0] - x) + Math.Abs(samples[k, 1] - y) < 0.05;
    }
}
