using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Framevet.Pipeline.Tools;

/// <summary>
/// A seccomp filter for programs that open strangers' files, as instructions of the kernel's packet filter: calls that no decoder and no downloader needs fail with EPERM, sockets are made of the
/// allowed families only, and a program of another architecture gets nothing. Pure.
/// </summary>
/// <remarks>Source: linux/seccomp.h, linux/filter.h, linux/audit.h and the tables of system calls of both architectures.</remarks>
internal static class CallFilter
{
    private const ushort LoadWord = 0x20, JumpEqual = 0x15, JumpAtLeast = 0x35, JumpAnyBit = 0x45, Return = 0x06;
    private const uint Allow = 0x7FFF_0000, Refuse = 0x0005_0001, NoSuchCall = 0x0005_0026;
    private const uint Number = 0, Architecture = 4, FirstArgument = 16;

    /// <summary>Calls of x86's 32-bit pointers under 64 bits.</summary>
    private const uint X32 = 0x4000_0000;

    /// <summary>CLONE_NEW… of namespaces, as far as this call takes them.</summary>
    private const uint Namespaces = 0x7E02_0000;

    /// <summary>CLONE_NEWNET, alone and with CLONE_NEWUSER: taking one's own network away.</summary>
    private static readonly uint[] LosingNetwork = [0x4000_0000, 0x5000_0000];

    private static readonly Machine? Here = !OperatingSystem.IsLinux() ? null : RuntimeInformation.ProcessArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => new Machine(0xC000_003E, Socket: 41, Fork: 56, Fork3: 435, Unshare: 272, Refused:
        [
            101, 310, 311, 312, // ptrace, process_vm_readv, process_vm_writev, kcmp
            165, 166, 155, 161, 428, 429, 430, 431, 432, 433, 442, 308, // mount, umount2, pivot_root, chroot, open_tree … mount_setattr, setns
            321, 298, 323, 248, 249, 250, // bpf, perf_event_open, userfaultfd, add_key, request_key, keyctl
            175, 313, 176, 246, 320, 169, 167, 168, 163, 179, 164, 227, 172, 173, 103, // modules, kexec, reboot, swap, acct, quotactl, clocks, ports, syslog
            304, 303, 425, 426, 427, 438, // file handles, io_uring, pidfd_getfd
        ]),
        System.Runtime.InteropServices.Architecture.Arm64 => new Machine(0xC000_00B7, Socket: 198, Fork: 220, Fork3: 435, Unshare: 97, Refused:
        [
            117, 270, 271, 272,
            40, 39, 41, 51, 428, 429, 430, 431, 432, 433, 442, 268,
            280, 241, 282, 217, 218, 219,
            105, 273, 106, 104, 294, 142, 224, 225, 89, 60, 170, 112, 116,
            265, 264, 425, 426, 427, 438,
        ]),
        _ => null,
    };

    /// <summary>Whether this machine's calls are known.</summary>
    public static bool IsKnown => Here is not null;

    /// <summary>The filter for programs that may make sockets of these families (AF_…), as the kernel takes it: 8 bytes an instruction.</summary>
    /// <exception cref="PlatformNotSupportedException">The calls of this machine are not known.</exception>
    public static byte[] Program(ImmutableArray<uint> families)
    {
        var machine = Here ?? throw new PlatformNotSupportedException();
        var program = new List<(ushort Code, byte True, byte False, uint Value)>
        {
            (LoadWord, 0, 0, Architecture),
            (JumpEqual, 1, 0, machine.Audit),
            (Return, 0, 0, Refuse),
            (LoadWord, 0, 0, Number),
            (JumpAtLeast, 0, 1, X32),
            (Return, 0, 0, Refuse),
        };
        foreach (var call in machine.Refused)
        {
            program.Add((JumpEqual, 0, 1, call));
            program.Add((Return, 0, 0, Refuse));
        }

        // Its flags lie in memory, where no filter looks; told that there is none, libraries take the older call.
        program.Add((JumpEqual, 0, 1, machine.Fork3));
        program.Add((Return, 0, 0, NoSuchCall));
        program.AddRange([(JumpEqual, 0, 4, machine.Fork), (LoadWord, 0, 0, FirstArgument), (JumpAnyBit, 0, 1, Namespaces), (Return, 0, 0, Refuse), (Return, 0, 0, Allow)]);
        AddChoice(program, machine.Unshare, LosingNetwork);
        AddChoice(program, machine.Socket, [.. families]);
        program.Add((Return, 0, 0, Allow));

        var bytes = new byte[program.Count * 8];
        for (var i = 0; i < program.Count; i++)
        {
            MemoryMarshal.Write(bytes.AsSpan(i * 8), program[i].Code);
            (bytes[(i * 8) + 2], bytes[(i * 8) + 3]) = (program[i].True, program[i].False);
            MemoryMarshal.Write(bytes.AsSpan((i * 8) + 4), program[i].Value);
        }

        return bytes;
    }

    /// <summary>A call whose first argument must be one of these.</summary>
    private static void AddChoice(List<(ushort, byte, byte, uint)> program, uint call, uint[] allowed)
    {
        program.Add((JumpEqual, 0, (byte)((allowed.Length * 2) + 2), call));
        program.Add((LoadWord, 0, 0, FirstArgument));
        foreach (var value in allowed)
        {
            program.Add((JumpEqual, 0, 1, value));
            program.Add((Return, 0, 0, Allow));
        }

        program.Add((Return, 0, 0, Refuse));
    }

    /// <summary>Numbers of calls; <paramref name="Fork"/> and <paramref name="Fork3"/> are clone and clone3.</summary>
    private sealed record Machine(uint Audit, uint Socket, uint Fork, uint Fork3, uint Unshare, uint[] Refused);
}
