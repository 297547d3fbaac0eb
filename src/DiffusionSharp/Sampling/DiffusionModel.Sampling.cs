using DiffusionSharp.Denoisers;
using DiffusionSharp.Samplers;
using DiffusionSharp.Tensors;

namespace DiffusionSharp;

// Samples from noise, noise from samples.
public sealed partial class DiffusionModel
{
    // First order in the length of a step: a hundred leave a thousandth of the data's variance (Song et al. 2021, arXiv:2010.02502, table 2).
    private const int CodeSteps = 100;

    /// <summary>Draws samples. Sample k depends on the seed, on k and on its class alone: not on the count, the batch or the threads.</summary>
    /// <param name="count">How many, at least 1; null: 64 pictures or 2000 vectors, with all classes 10 pictures of each.</param>
    /// <param name="seed">Of all noise.</param>
    /// <param name="steps">Steps from noise to data; null: 50, or all trained levels with samplers that walk them.</param>
    /// <param name="options">Sampler, classes, guidance and the rest; null: all by the model.</param>
    /// <param name="progress">Told after every step of every batch, on the thread that samples.</param>
    /// <param name="stop">Ends sampling within a step.</param>
    /// <exception cref="OptionException">Options do not fit each other or the model.</exception>
    /// <exception cref="DivergedException">Samples are not finite numbers.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public Samples Sample(
        int? count = null,
        ulong seed = 0,
        int? steps = null,
        SampleOptions? options = null,
        IProgress<SamplingProgress>? progress = null,
        CancellationToken stop = default)
    {
        options ??= new SampleOptions();
        if (options.Moments < 0) throw new OptionException($"{{Moments}}: at least 0 is expected, {options.Moments} was given.");
        var plan = SamplingPlan.Of(this, count, steps, options);
        var trajectory = options.Moments > 0 ? new Trajectory(plan.Sampler.Grid.Count, options.Moments) : null;
        using var lease = networks?.Rent(BatchedSampling.BatchSize(plan.Count, plan.Batch));
        var (done, total, parts) = (0L, plan.TotalSteps, new List<Tensor>());
        foreach (var (_, step) in Walk(plan, lease, plan.Batch, seed, stop))
        {
            trajectory?.Watch(step);
            if (step.IsLast) parts.Add(step.X);
            progress?.Report(new SamplingProgress(++done, total));
        }

        var values = Tensor.Concatenate(parts);
        if (!values.IsFinite())
            throw new DivergedException(
                $"samples of {plan.Name} are not finite numbers; "
                + "take more steps, smaller values of the sampler's "
                + $"options{(IsTrained ? $", or an earlier checkpoint than that of step {TrainedSteps}" : "")}.");
        return new Samples(values, this, plan, seed, lease?.Calls ?? 0, trajectory);
    }

    /// <summary>Draws samples on a thread of its own, so that none of the caller's waits: <see cref="Sample"/>.</summary>
    /// <inheritdoc cref="Sample"/>
    public Task<Samples> SampleAsync(
        int? count = null,
        ulong seed = 0,
        int? steps = null,
        SampleOptions? options = null,
        IProgress<SamplingProgress>? progress = null,
        CancellationToken stop = default) =>
        OnOwnThread(() => Sample(count, seed, steps, options, progress, stop), stop);

    /// <summary>
    /// The way from noise to data, step by step: each is done as it is enumerated, and the last holds the samples that <see cref="Sample"/> gives.
    /// </summary>
    /// <param name="count">How many samples, all in one batch, at least 1.</param>
    /// <param name="seed">Of all noise.</param>
    /// <param name="steps">Steps from noise to data; null: the sampler's usual.</param>
    /// <param name="options">As for <see cref="Sample"/>; its batch and moments are not read, since all samples walk together and every step is seen.</param>
    /// <param name="stop">Ends the enumeration by an <see cref="OperationCanceledException"/> within a step.</param>
    /// <exception cref="OptionException">Options do not fit each other or the model.</exception>
    public IEnumerable<SamplingStep> Steps(int count, ulong seed = 0, int? steps = null, SampleOptions? options = null, CancellationToken stop = default)
    {
        // Decided at the call, so that a mistake is known there and not at the first step.
        var plan = SamplingPlan.Of(this, count, steps, options ?? new SampleOptions());
        return InOneBatch(plan, seed, stop);
    }

    /// <summary>
    /// The noise that data comes from: the probability flow from data to noise, by DDIM inversion (Song et al. 2021, arXiv:2010.02502, section 4.3).
    /// </summary>
    /// <param name="data">[N, …] of the model's shape: pictures in [−1, 1], vectors in data units.</param>
    /// <param name="steps">
    /// Steps; the error of <see cref="Decode"/> after it falls in proportion to their length. Null: 100, at most the trained levels.
    /// </param>
    /// <param name="label">The class of all of them; null: without.</param>
    /// <param name="stop">Ends within a step.</param>
    /// <returns>[N, …], about N(0, I) scaled to the schedule's largest noise.</returns>
    /// <exception cref="ArgumentException">The data has another shape.</exception>
    public Tensor Encode(Tensor data, int? steps = null, ClassChoice? label = null, CancellationToken stop = default)
    {
        var inversion = new DdimInversion(Schedule, GridRule.Grid(this, null, steps ?? UsualCodeSteps));
        return InBatches(data, label, nameof(Encode), (denoiser, part, _) => Last(inversion.Steps(denoiser, part), stop), stop);
    }

    /// <summary>The data behind noise that <see cref="Encode"/> found: deterministic DDIM over the same steps.</summary>
    /// <param name="latents">[N, …] at the schedule's largest noise.</param>
    /// <param name="steps">As many as were taken for encoding. Null: 100, at most the trained levels.</param>
    /// <param name="label">The class of all of them; null: without.</param>
    /// <param name="stop">Ends within a step.</param>
    /// <returns>[N, …] of the model's shape.</returns>
    /// <exception cref="ArgumentException">The latents have another shape.</exception>
    public Tensor Decode(Tensor latents, int? steps = null, ClassChoice? label = null, CancellationToken stop = default)
    {
        var sampler = new DdimSampler(Schedule, GridRule.Grid(this, null, steps ?? UsualCodeSteps));
        return InBatches(
            latents, label, nameof(Decode), (denoiser, part, first) => Last(sampler.Steps(denoiser, part, new SeededNoise(new Rng(0), first)), stop), stop);
    }

    private IEnumerable<SamplingStep> InOneBatch(SamplingPlan plan, ulong seed, CancellationToken stop)
    {
        using var lease = networks?.Rent(plan.Count);
        foreach (var (_, step) in Walk(plan, lease, plan.Count, seed, stop)) yield return step;
    }

    private int UsualCodeSteps => Math.Min(CodeSteps, Levels ?? CodeSteps);

    private static Tensor Last(IEnumerable<SamplingStep> steps, CancellationToken stop)
    {
        SamplingStep? last = null;
        foreach (var step in steps)
        {
            stop.ThrowIfCancellationRequested();
            last = step;
        }

        return last!.X;
    }

    private static Task<T> OnOwnThread<T>(Func<T> work, CancellationToken stop) =>
        Task.Factory.StartNew(work, stop, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);

    private IEnumerable<(int First, SamplingStep Step)> Walk(SamplingPlan plan, NetworkPool.Lease? lease, int batch, ulong seed, CancellationToken stop)
    {
        if (lease is not null) lease.Network.Stop = stop;
        var steps = BatchedSampling.Steps(
            plan.Sampler,
            SampleShape,
            plan.Count,
            batch,
            new Rng(seed).Split("samples"),
            (first, size) => DenoiserOf(lease, plan.Labels?.AsSpan(first, size).ToArray(), plan));
        foreach (var step in steps)
        {
            stop.ThrowIfCancellationRequested();
            yield return step;
        }
    }

    private Denoiser DenoiserOf(NetworkPool.Lease? lease, int[]? labels, SamplingPlan plan) =>
        lease is null ? own! : trained!.Denoiser(lease.Network, labels, plan.Guidance);

    // The denoiser of each batch, for work on data that is there already.
    private Tensor InBatches(Tensor data, ClassChoice? label, string job, Func<Denoiser, Tensor, int, Tensor> work, CancellationToken stop)
    {
        if (data.Shape.Rank < 2 || data.Shape.Tail() != SampleShape || data.Samples == 0)
            throw new ArgumentException($"{job}: [N, …] with samples of {SampleShape} is expected, {data.Shape} was given.", nameof(data));
        if (label is not null && (Conditioning is null || label.IsAll))
            throw new OptionException(
                Conditioning is null ? "{Class}: this model was trained without classes." : "{Class}: one class is expected here, not all.");
        var batch = BatchedSampling.BatchSize(data.Samples, UsualBatch);
        using var lease = networks?.Rent(batch);
        if (lease is not null) lease.Network.Stop = stop;
        var parts = new List<Tensor>();
        for (var first = 0; first < data.Samples; first += batch)
        {
            var size = Math.Min(batch, data.Samples - first);
            int[]? labels = label is null ? null : [.. Enumerable.Repeat(label.Find(Conditioning!), size)];
            var denoiser = lease is null ? own! : trained!.Denoiser(lease.Network, labels);
            parts.Add(work(denoiser, data.Slice(first, size), first));
        }

        return Tensor.Concatenate(parts);
    }
}
