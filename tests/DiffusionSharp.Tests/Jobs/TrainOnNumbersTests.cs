namespace DiffusionSharp.Tests.Jobs;

public sealed class TrainOnNumbersTests
{
    [Fact]
    public void A_table_of_numbers_trains_a_model_in_memory()
    {
        var points = new float[500, 2];
        for (var i = 0; i < 500; i++) (points[i, 0], points[i, 1]) = (MathF.Cos(i), MathF.Sin(i));

        var model = DiffusionModel.Train(DataSource.From(points), steps: 300);
        var samples = model.Sample(200, seed: 1);

        // On the circle, as far as 300 steps lead.
        var radii = Enumerable.Range(0, 200).Select(k => Math.Sqrt((samples.Values[k, 0] * samples.Values[k, 0]) + (samples.Values[k, 1] * samples.Values[k, 1])));
        Assert.InRange(radii.Average(), 0.7, 1.3);
    }
}
