using DiffusionSharp.Tensors;

namespace DiffusionSharp.Theory.Laboratory;

/// <summary>A claim of the theory, computed on both sides and held to a tolerance that is derived beforehand.</summary>
/// <remarks>
/// An experiment is a class of its own file. What it tests (a factor, a term, a step) is a property that can be set: put a wrong formula there
/// and the experiment fails. Its randomness comes from the seed and its name, so it gives the same alone and among others.
/// </remarks>
public abstract class Experiment
{
    /// <summary>Its name on the command line: lower case, words joined by hyphens.</summary>
    public abstract string Name { get; }

    /// <summary>Its title, a few words.</summary>
    public abstract string Title { get; }

    /// <summary>What it claims, in a sentence or two that a student reads.</summary>
    public abstract string Claim { get; }

    /// <summary>The claim as formulas in plain Unicode, one a line.</summary>
    public abstract IReadOnlyList<string> Formula { get; }

    /// <summary>Where it comes from: authors, year, title or arXiv id, equation.</summary>
    public abstract IReadOnlyList<string> Sources { get; }

    /// <summary>Whether it shows the pictures of <see cref="ExperimentContext.Pictures"/>.</summary>
    public virtual bool ShowsPictures => false;

    /// <summary>Runs it.</summary>
    /// <param name="context">Seed, size, threads.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public ExperimentResult Run(ExperimentContext context)
    {
        var notebook = new Notebook(Name, context.Stop);
        string? failure = null;
        try
        {
            Measure(context, new Rng(context.Seed).Split(Name), notebook);
        }
        catch (Exception error) when (error is ArithmeticException or InvalidOperationException or ArgumentException or NotSupportedException)
        {
            // A computation that breaks down is a failed claim, not the end of the experiments after it.
            failure = $"{error.GetType().Name}: {error.Message.ReplaceLineEndings(" ")}";
        }

        return new ExperimentResult(this, notebook.Checks, notebook.Values, notebook.Figures, failure);
    }

    /// <summary>Computes both sides of the claim, writes down checks, numbers and figures.</summary>
    /// <param name="context">Sizes and threads.</param>
    /// <param name="rng">The experiment's own stream; split it by name for each use.</param>
    /// <param name="notebook">Takes what is found.</param>
    protected abstract void Measure(ExperimentContext context, Rng rng, Notebook notebook);
}
