using System.Collections.Concurrent;
using DiffusionSharp.Tensors;

namespace DiffusionSharp;

/// <summary>One pool of threads for each number of threads that was asked for, shared by all models of the process.</summary>
/// <remarks>Threads wait without work and end with the process, so that a model is nothing to dispose of; results do not depend on their number.</remarks>
internal static class Pools
{
    private static readonly ConcurrentDictionary<int, Lazy<Parallelism>> All = new();

    /// <summary>The pool of a number of threads.</summary>
    /// <param name="threads">1 to 1024; null: as many as the machine has processors.</param>
    public static Parallelism Of(int? threads) =>
        All.GetOrAdd(threads ?? Environment.ProcessorCount, n => new Lazy<Parallelism>(() => new Parallelism(n))).Value;
}
