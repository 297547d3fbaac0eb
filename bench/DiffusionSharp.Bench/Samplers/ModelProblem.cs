using DiffusionSharp.Samplers;
using DiffusionSharp.Samplers.Catalog;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Bench.Samplers;

/// <summary>A trained model beside the data it was trained on.</summary>
internal sealed class ModelProblem : ComparisonProblem
{
    private const int Count = 32, Batch = 32, DataCount = 4096, ReferenceSteps = 100;
    private const ulong Seed = 5;

    private readonly TrainedModel model;
    private readonly Parallelism parallelism;
    private Tensor? flow;

    public ModelProblem(string run, Parallelism parallelism)
    {
        (model, this.parallelism) = (SavedModel.Load(run), parallelism);
        var source = DataSource.Open(model.Config.Data, new DataSourceOptions(Size: model.Config.Size), parallelism);
        Data = Read(source);
    }

    public override string Title => $"The model trained on {Path.GetFileName(model.Config.Data.TrimEnd('/'))}";

    public override IReadOnlyList<int> Budgets { get; } = [10, 25];

    public override Schedule Schedule => model.Schedule;

    public override Shape Shape => model.SampleShape.Prepend(Count);

    public override Tensor Data { get; }

    public override int MostSteps => model.Schedule.TrainedLevels ?? int.MaxValue;

    public override Tensor Flow => flow ??= Run(SamplerCatalog.Find("heun").Create(Schedule, Grid(ReferenceSteps))).Samples;

    public override TimeGrid Grid(int steps) => model.Schedule.Grid(steps);

    public override string? Refusal(SamplerEntry entry) => entry.NeedsDensity ? "a network knows no density" : null;

    public override (Tensor Samples, double Calls) Run(Sampler sampler)
    {
        var (samples, calls) = new SamplingJob(model, sampler, Count, Seed, Batch).Run(CpuMachine.On(parallelism));
        return (samples, calls / Math.Ceiling((double)Count / Batch));
    }

    // Every s-th sample, so that all classes are there whatever their order.
    private static Tensor Read(DataSource source)
    {
        var count = Math.Min(DataCount, source.Count);
        var data = new FloatTensor(source.SampleShape.Prepend(count));
        var size = source.SampleShape.Count;
        for (var k = 0; k < count; k++) source.Read((int)((long)k * source.Count / count), data.Values.Slice(k * size, size));
        return Tensor.From(data);
    }
}
