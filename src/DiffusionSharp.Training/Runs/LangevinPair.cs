using System.Diagnostics.CodeAnalysis;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Langevin;
using DiffusionSharp.Samplers;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Models;

namespace DiffusionSharp.Training.Runs;

/// <summary>Points of one score network by plain and by annealed Langevin dynamics, with the same number of network calls.</summary>
/// <param name="Data">As many of the data, [N, 2].</param>
/// <param name="Plain">
/// At the least noise alone, from a start spread evenly over the box that holds the data, [N, 2]; NaN in the rows whose chain a network as yet
/// untrained drove away.
/// </param>
/// <param name="Annealed">From the most noise down all levels, [N, 2].</param>
/// <param name="Calls">Network calls of each chain.</param>
/// <remarks>
/// Figure 3 of Song and Ermon 2019, arXiv:1907.05600. Plain Langevin leaves a sample in the mode that it met first, so modes get the shares
/// of the start that drains into them; annealed Langevin finds their weights while there is noise enough to cross. Both end with the
/// denoiser's estimate.
/// </remarks>
public sealed record LangevinPair(Tensor Data, Tensor Plain, Tensor Annealed, int Calls)
{
    // κ, in units of σ²: no score of noised data falls faster than −x/σ², so up to 1 a step does not overshoot. The half leaves room for a network's errors.
    private const double PlainStep = 0.5;

    // Data whose box plain Langevin starts in: as many whatever is drawn.
    private const int Boxed = 4096;

    /// <summary>Draws both.</summary>
    /// <param name="model">Of points in the plane, with trained levels of noise.</param>
    /// <param name="data">Its data: the first <paramref name="count"/> are shown, and the box of the first few thousand is where plain Langevin starts.</param>
    /// <param name="count">Samples of each, at least 1.</param>
    /// <param name="seed">Of all noise; sample k depends on it and k alone.</param>
    /// <param name="executor">The machine.</param>
    /// <param name="stop">Ends the drawing, between two passes of the network at the latest.</param>
    /// <param name="watch">
    /// Told how many of how many steps are done: those of annealed Langevin dynamics over all batches, then each batch of plain; null where nobody
    /// watches.
    /// </param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    /// <exception cref="ArgumentException">The model has no trained levels of noise, or its samples are not points in the plane.</exception>
    [SuppressMessage(
        "Design",
        "CA1068:CancellationToken parameters must come last",
        Justification = "Who watches comes after who stops: most callers stop and do not watch.")]
    public static LangevinPair Draw(
        TrainedModel model, DataSource data, int count, ulong seed, Executor executor, CancellationToken stop = default, Action<int, int>? watch = null)
    {
        if (!CanDraw(model) || data.SampleShape != model.SampleShape)
            throw new ArgumentException(
                "LangevinPair: points in the plane and trained levels of noise are expected; "
                + $"the model has {model.SampleShape} and the schedule {model.Config.ScheduleOrDefault().Name}, the data {data.SampleShape}. "
                + "Train the preset points-ncsn.",
                nameof(model));
        var sampler = Annealing(model, model.Schedule.TrainedLevels!.Value);
        var calls = (sampler.Grid.Count * sampler.LangevinSteps) + sampler.StartCalls;
        var job = new SamplingJob(model, sampler, count, seed, SamplingJob.UsualBatch([2])) { Stop = stop };
        var (done, total) = (0, job.TotalSteps + ((count + SamplingJob.UsualBatch([2]) - 1) / SamplingJob.UsualBatch([2])));
        watch?.Invoke(0, total);
        var (annealed, _) = job.Run(executor, (_, _) => Step());

        return new LangevinPair(
            Shown(data, count), Walk(model, Box(Shown(data, Math.Min(data.Count, Boxed))), count, calls - 1, seed, executor, Step, stop), annealed, calls);

        void Step() => watch?.Invoke(++done, total);
    }

    /// <summary>Whether a model's levels and samples are such as can be shown.</summary>
    /// <param name="model">Any trained model.</param>
    public static bool CanDraw(TrainedModel model) => model.Config is { Conditioning: null } && model.Schedule.HasNoiseLevels && model.SampleShape == [2];

    /// <summary>Annealed Langevin dynamics with final denoising over some or all levels of a model, its steps by the levels.</summary>
    internal static AnnealedLangevinSampler Annealing(TrainedModel model, int steps)
    {
        var levels = model.Schedule.TrainedLevels!.Value;
        var grid = model.Schedule.Grid(Math.Min(steps, levels));
        var each = NcsnDesign.LangevinSteps(levels);
        return new AnnealedLangevinSampler(model.Schedule, grid, NcsnDesign.StepSize(model.Schedule, grid, each), each);
    }

    // Annealed Langevin dynamics of one level is plain dynamics at it. It goes on past a chain that ran away, whose sample alone is no number then.
    private static Tensor Walk(
        TrainedModel model, (double[] Low, double[] High) box, int count, int langevinSteps, ulong seed, Executor executor, Action step, CancellationToken stop)
    {
        var sampler = new AnnealedLangevinSampler(
            model.Schedule, new TimeGrid([model.Schedule.LeastNoiseTime], model.Schedule.CleanTime), PlainStep, langevinSteps);
        var (low, high) = box;
        var root = new Rng(seed).Split("plain");
        var batch = Math.Min(count, SamplingJob.UsualBatch([2]));
        var network = model.Network(batch, executor);
        network.Stop = stop;
        var denoiser = model.Denoiser(network);
        var parts = new List<Tensor>();
        for (var first = 0; first < count; first += batch)
        {
            stop.ThrowIfCancellationRequested();
            var from = first;
            var start = Tensor.Create([Math.Min(batch, count - first), 2], values =>
            {
                for (var i = 0; i < values.Length; i++)
                    values[i] = low[i % 2] + ((high[i % 2] - low[i % 2]) * root.Split("start").Split(from + (i / 2)).Uniform((ulong)(i % 2)));
            });
            parts.Add(sampler.Sample(denoiser, start, new SeededNoise(root, first)));
            step();
        }

        return Numbers(Tensor.Concatenate(parts));
    }

    // Infinities become NaN too, and both coordinates of a point.
    private static Tensor Numbers(Tensor points) => points.IsFinite() ? points : Tensor.Create(points.Shape, values =>
    {
        for (var k = 0; k < points.Samples; k++)
        {
            var (x, y) = (points.Sample(k)[0], points.Sample(k)[1]);
            (values[2 * k], values[(2 * k) + 1]) = double.IsFinite(x) && double.IsFinite(y) ? (x, y) : (double.NaN, double.NaN);
        }
    });

    private static Tensor Shown(DataSource data, int count) => data.Read(Enumerable.Range(0, count).Select(k => k % data.Count));

    private static (double[] Low, double[] High) Box(Tensor data)
    {
        double[] low = [.. data.Sample(0)], high = [.. data.Sample(0)];
        for (var k = 1; k < data.Samples; k++)
        {
            for (var i = 0; i < 2; i++) (low[i], high[i]) = (Math.Min(low[i], data.Sample(k)[i]), Math.Max(high[i], data.Sample(k)[i]));
        }

        return (low, high);
    }
}
