namespace DiffusionSharp.Cpu.Kernels;

/// <summary>The checks at the public edge of the kernels: one message that names the operation, the operand and both lengths.</summary>
internal static class Guard
{
    public static void Length(string operation, string operand, long actual, long expected)
    {
        if (actual != expected)
            throw new ArgumentException($"{operation}: {operand} holds {actual} floats, expected {expected}.");
    }

    public static void Optional(string operation, string operand, long actual, long expected)
    {
        if (actual != 0 && actual != expected)
            throw new ArgumentException($"{operation}: {operand} holds {actual} floats, expected {expected}, or none.");
    }

    public static void Workspace(string operation, int actual, int needed)
    {
        if (actual < needed)
            throw new ArgumentException($"{operation}: the workspace holds {actual} floats, {needed} are needed for these shapes.");
    }

    public static void AtLeast(string operation, string operand, long actual, long needed)
    {
        if (actual < needed)
            throw new ArgumentException($"{operation}: {operand} holds {actual} floats, at least {needed} are needed.");
    }

    public static void Positive(string operation, string name, int value)
    {
        if (value < 1) throw new ArgumentException($"{operation}: {name} is {value}, expected 1 or more.");
    }
}
