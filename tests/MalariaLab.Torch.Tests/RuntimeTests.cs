using Xunit;
using static MalariaLab.Torch.torch;

namespace MalariaLab.Torch.Tests;

[Collection("live tensors")]
public sealed class RuntimeTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void Version_OfLibTorch_IsKnown()
    {
        Assert.True(Version.Parse(__version__.Split('+')[0]) >= new Version(1, 13));
        Assert.Contains("PyTorch", show_config());
    }

    [Fact]
    public void ManualSeed_SameSeed_SameDraws()
    {
        manual_seed(42);
        var a = randn([8]);
        manual_seed(42);

        Assert.True(a.equal(randn([8])));
        Assert.False(a.equal(randn([8])));
    }

    [Fact]
    public void RngState_Restored_GoesOnWhereItWas()
    {
        manual_seed(1);
        var state = get_rng_state();
        var (a, b) = (rand([4]), randperm(10));
        set_rng_state(state);

        Assert.True(a.equal(rand([4])) && b.equal(randperm(10)));
    }

    [Fact]
    public void Threads_OfOneThread_DontChangeAnother()
    {
        var before = get_num_threads();
        try
        {
            set_num_threads(3);
            var (inside, fresh) = (0, 0);
            Run(() =>
            {
                set_num_threads_of_this_thread(1);
                randn([1 << 20]).add_(1).Dispose();
                inside = get_num_threads();
            });
            Run(() => fresh = get_num_threads());

            Assert.Equal((3, 1, 3), (get_num_threads(), inside, fresh));
        }
        finally
        {
            set_num_threads(before);
        }

        static void Run(ThreadStart body)
        {
            var thread = new Thread(body);
            thread.Start();
            thread.Join();
        }
    }

    [Fact]
    public void Threads_None_AreRefused() => Assert.Throws<TorchException>(() => set_num_threads(0));

    [Fact]
    public void DeterministicAlgorithms_Switched_AreReported()
    {
        use_deterministic_algorithms(true);
        Assert.True(are_deterministic_algorithms_enabled());
        use_deterministic_algorithms(false);
        Assert.False(are_deterministic_algorithms_enabled());
    }

    [Fact]
    public void Backends_Switches_KeepWhatIsSet()
    {
        backends.cudnn.benchmark = true;
        backends.cudnn.deterministic = true;
        Assert.True(backends.cudnn.benchmark && backends.cudnn.deterministic);
        backends.cudnn.benchmark = backends.cudnn.deterministic = false;
        Assert.False(backends.cudnn.benchmark || backends.cudnn.deterministic);
    }

    [Fact]
    public void Cuda_Absent_AnswersAndRefusesInASentence()
    {
        if (cuda.is_available())
            Assert.Skip("There is a GPU here.");
        Assert.Equal(0, cuda.device_count());
        if (!cuda.is_built())
            Assert.Contains("not available in this build", Assert.Throws<TorchUnavailableException>(() => new CUDAGraph()).Message);
        Assert.ThrowsAny<TorchException>(() => zeros([1], device: "cuda"));
    }

    [Fact]
    public void Cuda_Present_TrainsAStepAndReportsMemory()
    {
        if (!cuda.is_available())
            Assert.Skip("There is no GPU here.");
        var x = rand([64, 3, 32, 32], device: "cuda").requires_grad_();
        using (autocast(DeviceType.CUDA))
            nn.functional.conv2d(x, rand([8, 3, 3, 3], device: "cuda")).@float().sum().backward();
        cuda.synchronize();

        Assert.NotEmpty(cuda.get_device_properties().Name);
        Assert.True(cuda.memory_stats().Allocated >= 2 * 64 * 3 * 32 * 32 * 4);
        var (input, output) = (ones([4], device: "cuda"), zeros([4], device: "cuda"));
        using var graph = new CUDAGraph();
        using (cuda.side_stream())
            output.copy_(input * 2);
        graph.Capture(() => output.copy_(input * 2));
        input.fill_(21);
        graph.replay();
        Assert.Equal(42f, output[0].item<float>());
        Assert.Throws<TorchOutOfMemoryException>(() => empty([1L << 42], device: "cuda"));
    }

    [Fact]
    public void Device_Names_ReadAsWritten()
    {
        Assert.Equal(new Device(DeviceType.CUDA, 1), Device.Parse("cuda:1"));
        Assert.Equal("cpu", CPU.ToString());
        Assert.Throws<FormatException>(() => Device.Parse("tpu"));
    }
}
