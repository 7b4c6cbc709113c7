using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Framevet.Pipeline.Tools;

/// <summary>
/// Starts programs under a <see cref="CallFilter"/>. A filter belongs to a thread and to all that the thread starts, and never goes away; so there is one thread for each filter that does nothing else,
/// and whoever starts a program waits for it. That thread may never queue work to the pool: a worker made by it would be filtered, too. Thread-safe.
/// </summary>
internal sealed unsafe partial class FilteredStarter
{
    private const int NoNewPrivileges = 38, SetFilter = 22, FilterMode = 2;

    private readonly BlockingCollection<Order> _orders = [];

    private FilteredStarter(ImmutableArray<uint> families)
    {
        using var ready = new ManualResetEvent(initialState: false);
        new Thread(() => Serve(families, ready)) { IsBackground = true, Name = "tool starter" }.Start();
        ready.WaitOne();
    }

    /// <summary>Why there is no filter; null when there is one.</summary>
    public string? Problem { get; private set; }

    /// <summary>A starter for these families of sockets.</summary>
    public static FilteredStarter For(ImmutableArray<uint> families) => new(families);

    /// <summary>Starts the process with the filter; without one where there is none.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">As <see cref="Process.Start()"/>.</exception>
    public void Start(Process process)
    {
        if (Problem is not null)
        {
            process.Start();
            return;
        }

        using var order = new Order(process);
        _orders.Add(order);
        order.Done.WaitOne();
        order.Trouble?.Throw();
    }

    private void Serve(ImmutableArray<uint> families, ManualResetEvent ready)
    {
        Problem = Lock(families);
        ready.Set();
        if (Problem is not null)
        {
            return;
        }

        foreach (var order in _orders.GetConsumingEnumerable())
        {
            try
            {
                order.Process.Start();
            }
            catch (Exception trouble)
            {
                // Whoever waits shall hear it, not this thread.
                order.Trouble = ExceptionDispatchInfo.Capture(trouble);
            }

            order.Done.Set();
        }
    }

    private static string? Lock(ImmutableArray<uint> families)
    {
        if (!CallFilter.IsKnown)
        {
            return "only Linux on x64 and arm64 has filters of ours";
        }

        var program = CallFilter.Program(families);
        fixed (byte* instructions = program)
        {
            var header = new FilterProgram { Length = (ushort)(program.Length / 8), Instructions = instructions };

            // Without the first, only root may set a filter; it also takes set-user-id programs their effect.
            return Control(NoNewPrivileges, 1, 0, 0, 0) != 0 || Control(SetFilter, FilterMode, (nint)(&header), 0, 0) != 0
                ? $"the system refuses it (error {Marshal.GetLastPInvokeError()})"
                : null;
        }
    }

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int Control(int option, nint first, nint second, nint third, nint fourth);

    [StructLayout(LayoutKind.Sequential)]
    private struct FilterProgram
    {
        public ushort Length;
        public byte* Instructions;
    }

    private sealed class Order(Process process) : IDisposable
    {
        public Process Process => process;

        public ManualResetEvent Done { get; } = new(initialState: false);

        public ExceptionDispatchInfo? Trouble { get; set; }

        public void Dispose() => Done.Dispose();
    }
}
