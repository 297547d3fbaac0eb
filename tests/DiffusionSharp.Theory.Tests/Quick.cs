using DiffusionSharp.Tensors;
using DiffusionSharp.Theory.Laboratory;

namespace DiffusionSharp.Theory.Tests;

/// <summary>Runs at the quick size.</summary>
internal static class Quick
{
    public static ExperimentContext Context(ulong seed = 0) => new(seed, Quick: true, Parallelism.Single);

    /// <summary>Asserts that an experiment with a fault planted in it fails by a check, not by breaking down.</summary>
    /// <remarks>Without the fault it holds at the same seed and size (<see cref="EveryExperimentTests"/>), so it is the fault that fails it, not chance.</remarks>
    /// <param name="faulty">The experiment with one formula replaced.</param>
    public static void AssertFails(Experiment faulty)
    {
        var result = faulty.Run(Context());
        Assert.Null(result.Failure);
        Assert.Contains(result.Checks, c => !c.Passed);
    }
}
