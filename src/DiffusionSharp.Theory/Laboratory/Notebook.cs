using DiffusionSharp.Figures;
using DiffusionSharp.Statistics;

namespace DiffusionSharp.Theory.Laboratory;

/// <summary>Where an experiment writes down what it finds: checks, numbers, figures.</summary>
/// <param name="experiment">The experiment's name, with which the files of its figures begin.</param>
/// <param name="stop">Ends the experiment at its next entry.</param>
public sealed class Notebook(string experiment, CancellationToken stop = default)
{
    private readonly List<Check> checks = [];
    private readonly List<ReportedValue> values = [];
    private readonly List<ExperimentFigure> figures = [];

    /// <summary>The checks so far.</summary>
    public IReadOnlyList<Check> Checks => checks;

    /// <summary>The numbers so far.</summary>
    public IReadOnlyList<ReportedValue> Values => values;

    /// <summary>The figures so far.</summary>
    public IReadOnlyList<ExperimentFigure> Figures => figures;

    /// <summary>Asserts that two sides agree.</summary>
    /// <param name="what">What is compared, in words.</param>
    /// <param name="measured">One side.</param>
    /// <param name="expected">The other.</param>
    /// <param name="tolerance">How far they may lie apart, and why.</param>
    public void Equal(string what, double measured, double expected, Tolerance tolerance) =>
        Write(new Check(what, measured, Relation.Equal, expected, tolerance));

    /// <summary>Asserts that a measurement agrees with its expectation within five of its standard errors.</summary>
    /// <param name="what">What is compared, in words.</param>
    /// <param name="measured">The measurement; one without a standard error fails.</param>
    /// <param name="expected">The other side, known exactly.</param>
    public void Equal(string what, Measurement measured, double expected) => Equal(what, measured.Value, expected, Tolerance.Chance(measured.StandardError));

    /// <summary>Asserts that one side is no more than the other.</summary>
    /// <param name="what">What is compared, in words.</param>
    /// <param name="measured">The side that should be smaller.</param>
    /// <param name="expected">Its bound.</param>
    /// <param name="tolerance">How far beyond the bound it may lie, and why.</param>
    public void AtMost(string what, double measured, double expected, Tolerance tolerance) =>
        Write(new Check(what, measured, Relation.AtMost, expected, tolerance));

    /// <summary>Asserts that one side is no less than the other.</summary>
    /// <param name="what">What is compared, in words.</param>
    /// <param name="measured">The side that should be larger.</param>
    /// <param name="expected">Its bound.</param>
    /// <param name="tolerance">How far beyond the bound it may lie, and why.</param>
    public void AtLeast(string what, double measured, double expected, Tolerance tolerance) =>
        Write(new Check(what, measured, Relation.AtLeast, expected, tolerance));

    /// <summary>Reports a number without judging it.</summary>
    /// <param name="what">What it is, in words, with its unit.</param>
    /// <param name="value">The number.</param>
    public void Report(string what, double value)
    {
        stop.ThrowIfCancellationRequested();
        values.Add(new ReportedValue(what, value));
    }

    /// <summary>Adds a figure of one or more plots or picture strips side by side, in colours that follow the reader's light or dark system.</summary>
    /// <param name="name">Its name among the experiment's figures: lower case, words joined by hyphens.</param>
    /// <param name="caption">What is to be seen, in a sentence or two.</param>
    /// <param name="panels">At least one plot.</param>
    public void Figure(string name, string caption, params SvgPanel[] panels) => Figure(name, caption, columns: panels.Length, panels);

    /// <summary>Adds a figure of plots or picture strips in rows.</summary>
    /// <param name="name">Its name among the experiment's figures.</param>
    /// <param name="caption">What is to be seen, in a sentence or two.</param>
    /// <param name="columns">Plots in a row.</param>
    /// <param name="panels">At least one plot.</param>
    public void Figure(string name, string caption, int columns, params IReadOnlyList<SvgPanel> panels) =>
        Add(
            name,
            caption,
            SvgPanels.Grid([.. panels.Select(p => p with { Theme = PlotTheme.Adaptive })], columns),
            panels.Count,
            Math.Min(columns, panels.Count));

    /// <summary>Adds a figure drawn by other means.</summary>
    /// <param name="name">Its name among the experiment's figures.</param>
    /// <param name="caption">What is to be seen, in a sentence or two.</param>
    /// <param name="svg">The whole SVG document.</param>
    /// <exception cref="ArgumentException">The experiment has a figure of this name already.</exception>
    public void Figure(string name, string caption, string svg) => Add(name, caption, svg, 1, 1);

    private void Add(string name, string caption, string svg, int panels, int columns)
    {
        stop.ThrowIfCancellationRequested();
        var file = $"{experiment}-{name}.svg";
        if (figures.Any(f => f.File == file))
            throw new ArgumentException($"Notebook: {experiment} has a figure \"{name}\" already; give this one another name.", nameof(name));
        figures.Add(new ExperimentFigure(file, caption, svg, panels, columns));
    }

    private void Write(Check check)
    {
        stop.ThrowIfCancellationRequested();
        checks.Add(check);
    }
}
