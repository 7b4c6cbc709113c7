namespace Framevet.Pipeline.Tools;

/// <summary>What the system lets a program use at most; null = as much as this process may. The wall clock is <see cref="ToolCommand.Stall"/>.</summary>
/// <param name="MemoryBytes">Address space. Drivers of graphics cards and JavaScript engines reserve far more than they use: null for those.</param>
/// <param name="CpuSeconds">Processor time of all its threads.</param>
/// <param name="FileBytes">Size of a file that it writes.</param>
/// <param name="OpenFiles">Files and sockets open at once.</param>
/// <param name="HasNetwork">Whether it may reach anything but this machine's memory and files.</param>
/// <param name="Sockets">Which sockets it may make.</param>
internal sealed record ToolBounds(long? MemoryBytes, int? CpuSeconds, long? FileBytes, int? OpenFiles, bool HasNetwork, ToolSockets Sockets)
{
    /// <summary>For programs that read a stranger's file.</summary>
    public static ToolBounds Media { get; } = new(MemoryBytes: 16L << 30, CpuSeconds: 24 * 3600, FileBytes: 256L << 30, OpenFiles: 1024, HasNetwork: false, ToolSockets.None);

    /// <summary>The same with a graphics card.</summary>
    public static ToolBounds MediaOnHardware { get; } = Media with { MemoryBytes = null, Sockets = ToolSockets.Local };

    /// <summary>For programs that fetch.</summary>
    public static ToolBounds Fetch { get; } = new(MemoryBytes: null, CpuSeconds: 6 * 3600, FileBytes: 256L << 30, OpenFiles: 1024, HasNetwork: true, ToolSockets.Network);
}

/// <summary>Families of sockets.</summary>
internal enum ToolSockets
{
    /// <summary>None at all.</summary>
    None,
    /// <summary>Of this machine, as drivers of graphics cards use them.</summary>
    Local,
    /// <summary>Those, and IPv4, IPv6 and what asks the system about its network.</summary>
    Network,
    /// <summary>All, and no other call is refused either: for programs of ours.</summary>
    Any,
}
