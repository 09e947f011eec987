// The loss under the pointer. Without this script the page only lacks that.
(() => {
  const chart = document.getElementById('loss-chart');
  if (!chart) return;
  const svg = chart.querySelector('svg'), output = chart.querySelector('output');
  const points = JSON.parse(document.getElementById('loss-points').textContent);
  const left = +svg.dataset.left, right = +svg.dataset.right, last = +svg.dataset.last, box = svg.viewBox.baseVal;
  const cursor = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  cursor.setAttribute('class', 'cursor');
  svg.append(cursor);
  const hide = () => { output.style.display = 'none'; cursor.setAttribute('d', ''); };
  chart.addEventListener('pointerleave', hide);
  chart.addEventListener('pointermove', event => {
    const frame = svg.getBoundingClientRect(), scale = frame.width / box.width;
    const step = ((event.clientX - frame.left) / scale - left) / (right - left) * last;
    if (step < 0 || step > last || points.length === 0) return hide();
    let low = 0, high = points.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (points[middle][0] < step) low = middle + 1; else high = middle;
    }
    if (low > 0 && step - points[low - 1][0] < points[low][0] - step) low--;
    const [at, loss] = points[low], x = left + at / last * (right - left);
    cursor.setAttribute('d', `M${x} 52V${box.height - 26}`);
    output.textContent = `step ${at.toLocaleString('en')}: ${loss.toFixed(4)}`;
    output.style.display = 'block';
    output.style.left = Math.min(x * scale + 10, frame.width - output.offsetWidth) + 'px';
  });
})();
