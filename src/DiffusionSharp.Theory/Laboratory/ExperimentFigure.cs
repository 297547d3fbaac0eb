namespace DiffusionSharp.Theory.Laboratory;

/// <summary>A figure of an experiment.</summary>
/// <param name="File">Name of its file, "posterior-bayes.svg": the experiment's name and the figure's.</param>
/// <param name="Caption">What is to be seen, in a sentence or two.</param>
/// <param name="Svg">The whole document.</param>
/// <param name="Panels">How many panels of one size it is made of, filled row by row.</param>
/// <param name="Columns">Panels in a row.</param>
public sealed record ExperimentFigure(string File, string Caption, string Svg, int Panels = 1, int Columns = 1);
