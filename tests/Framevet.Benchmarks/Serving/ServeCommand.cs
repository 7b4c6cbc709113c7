using System.Globalization;
using System.Runtime;
using Framevet.Web.Identity;

namespace Framevet.Benchmarks.Serving;

/// <summary>
/// <c>serve ARGUMENTS</c>: the real server in this process, which answers each line <c>heap</c> on its input with the bytes of all objects that are alive, after a full compacting collection.
/// Ends with its input.
/// </summary>
internal static class ServeCommand
{
    /// <summary>What an answer begins with.</summary>
    public const string Heap = "heap ";

    /// <summary>Serves until the input ends.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var entry = typeof(Roles).Assembly.EntryPoint ?? throw new InvalidOperationException("The server has no entry point.");
        var serving = Task.Factory.StartNew(() => entry.Invoke(null, [arguments]), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        while (!serving.IsCompleted && await Console.In.ReadLineAsync() is { } line)
        {
            if (line == "heap")
            {
                // Twice: what waited for its finalizer in the first is gone after the second.
                for (var i = 0; i < 2; i++)
                {
                    GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
                    GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
                    GC.WaitForPendingFinalizers();
                }

                Console.WriteLine(Heap + GC.GetTotalMemory(forceFullCollection: true).ToString(CultureInfo.InvariantCulture));
            }
        }

        return 0;
    }
}
