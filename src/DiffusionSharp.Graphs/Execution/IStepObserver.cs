namespace DiffusionSharp.Graphs.Execution;

/// <summary>Told of every step of a run as it ends, to time it: a clock is the caller's.</summary>
public interface IStepObserver
{
    /// <summary>The run begins.</summary>
    void Begin();

    /// <summary>A step is done.</summary>
    /// <param name="step">Its index in the plan.</param>
    void Done(int step);
}
