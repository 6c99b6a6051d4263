namespace FcnService.Budgets;

/// <summary>A figure that was measured, and what it should be. Printed beside each other; nothing fails by it.</summary>
/// <param name="Name">What it is, with its unit.</param>
/// <param name="Measured">What came out.</param>
/// <param name="Goal">What it should be; empty if it only says where another figure comes from.</param>
internal sealed record Figure(string Name, string Measured, string Goal = "")
{
    /// <summary>A row of a table in Markdown.</summary>
    public override string ToString() => $"| {Name} | {Measured} | {Goal} |";
}
