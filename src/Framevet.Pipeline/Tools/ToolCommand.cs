using System.Collections.Immutable;

namespace Framevet.Pipeline.Tools;

/// <summary>
/// A program and its arguments, each passed as it is: no shell, no quoting.
/// </summary>
internal sealed record ToolCommand(string Program, ImmutableArray<string> Arguments)
{
    /// <summary>Name for messages.</summary>
    public string Name => Path.GetFileNameWithoutExtension(Program);

    /// <summary>Time without any sign of life (bytes on stdout, lines on stderr) after which the program is killed.</summary>
    public TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Whether it runs at low priority.</summary>
    public bool LowPriority { get; init; } = true;

    /// <summary>
    /// Writes the program's standard input, which is closed when it ends; null = closed from the beginning. Its token is cancelled when the program is no longer wanted. It throws nothing but
    /// <see cref="IOException"/>, when the program reads no further, and <see cref="OperationCanceledException"/>.
    /// </summary>
    public Func<Stream, CancellationToken, Task>? Feed { get; init; }

    /// <summary>What it may use; by default that of programs which read a stranger's file.</summary>
    public ToolBounds Bounds { get; init; } = ToolBounds.Media;

    /// <summary>Working folder; null = an empty one of its own that goes when it ends, for a program of ours the server's.</summary>
    public string? Folder { get; init; }

    /// <summary>Added to the few variables that every program gets; nothing else of the server's environment (secrets among it) reaches a program.</summary>
    public ImmutableDictionary<string, string> Environment { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The command as one line for a failure's detail; never executed.</summary>
    public string Describe() => ToolText.Redact($"{Name} {string.Join(' ', Arguments)}");
}
